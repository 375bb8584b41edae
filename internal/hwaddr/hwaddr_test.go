package hwaddr_test

import (
	"strings"
	"testing"

	"rollcall/internal/hwaddr"
)

func TestParseEveryNotation(t *testing.T) {
	want := hwaddr.Addr{0x08, 0x00, 0x27, 0x2c, 0x49, 0x4b}
	for _, s := range []string{
		"08:00:27:2c:49:4b",
		"08:00:27:2C:49:4B",
		"08-00-27-2C-49-4B",
		"08 00 27 2c 49 4b",
		"8:0:27:2c:49:4b",
		"8-0-27-2c-49-4b",
		"8 0 27 2c 49 4b",
		"0800.272c.494b",
		"0800.272C.494B",
		"0800:272c:494b",
		"0800-272c-494b",
		"080027-2c494b",
		"0800272c494b",
		"0800272C494B",
		"  08:00:27:2c:49:4b\n",
	} {
		got, err := hwaddr.Parse(s)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "it is empty"},
		{"   ", "it is empty"},
		{":::::", "it has no digits"},
		{"08:00:27:2c:49", "it has 5 groups"},
		{"08:00:27:2c:49:4b:01", "more than six groups"},
		{"08:00-27:2c:49:4b", `mixes the separators ':' and '-'`},
		{"08:00:27:2c:49:", "group 6 has 0 digits"},
		{"08:00:27:2c:49:4bb", "group 6 has 3 digits, not 2"},
		{"08.00.27.2c.49.4b", "6 groups separated by '.'"},
		{"800.272c.494b", "group 1 has 3 digits, not 4"},
		{"0800272c494", "11 digits, not 12"},
		{"08:00:27:2c:49:zz", "other than hexadecimal digits"},
		{"08:00:27:2c:49:é", "other than hexadecimal digits"},
		{"hello", "5 digits"},
		{strings.Repeat("0:", 5000), "more than six groups"},
	} {
		_, err := hwaddr.Parse(c.in)
		if err == nil {
			t.Errorf("Parse(%q) succeeded; want an error with %q", c.in, c.want)
			continue
		}
		if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "write it like 08:00:27:2c:49:4b") {
			t.Errorf("Parse(%q): %v; want %q and an example", c.in, err, c.want)
		}
		if len(err.Error()) > 400 {
			t.Errorf("the error for %d bytes of input has %d bytes", len(c.in), len(err.Error()))
		}
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		in   []byte
		want string
	}{
		{nil, ""},
		{[]byte{0xAB}, "ab"},
		{[]byte{8, 0, 0x27, 0x2c, 0x49, 0x4b}, "08:00:27:2c:49:4b"},
		{make([]byte, 16), strings.Repeat("00:", 15) + "00"},
		{make([]byte, 300), strings.Repeat("00:", 15) + "00"},
	} {
		if got := hwaddr.Format(c.in); got != c.want {
			t.Errorf("Format(% x) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestRandomised(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []byte
		want bool
	}{
		{"bought", []byte{0x08, 0, 0x27, 1, 2, 3}, false},
		{"phone", []byte{0xda, 0xa1, 0x19, 1, 2, 3}, true},
		{"qemu", []byte{0x52, 0x54, 0, 1, 2, 3}, true},
		{"multicast", []byte{0x33, 0x33, 0, 0, 0, 1}, false},
		{"broadcast", []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, false},
		{"empty", nil, false},
		{"not Ethernet", []byte{2, 0, 0, 0, 0, 0, 0, 1}, false},
	} {
		if got := hwaddr.Randomised(c.in); got != c.want {
			t.Errorf("%s: Randomised(% x) = %v, want %v", c.name, c.in, got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("08:00:27:2c:49:4b")
	f.Add("0800.272c.494b")
	f.Add("8 0 27 2c 49 4b")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := hwaddr.Parse(s)
		if err != nil {
			return
		}
		if again, err := hwaddr.Parse(a.String()); err != nil || again != a {
			t.Fatalf("Parse(%q) = %v, which reads back as %v, %v", s, a, again, err)
		}
	})
}
