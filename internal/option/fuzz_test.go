package option_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"rollcall/internal/option"
)

// FuzzText expects Text to show anything, and what it shows of an option that
// can be written to be taken back by Encode without a change in meaning.
func FuzzText(f *testing.F) {
	f.Add(uint8(119), []byte("\x03eng\x05apple\x03com\x00\x09marketing\xc0\x04"))
	f.Add(uint8(121), []byte{8, 10, 10, 0, 0, 1})
	f.Add(uint8(120), []byte{0, 1, 'a', 0})
	f.Add(uint8(82), []byte{1, 2, 'a', 'b', 5, 4, 10, 20, 0, 1})
	f.Add(uint8(77), []byte("\x04iPXE"))
	f.Add(uint8(12), []byte("host"))
	f.Add(uint8(51), []byte{0, 0, 14, 16})
	f.Add(uint8(43), []byte{1, 3, 'a', ' ', '"', 2, 1, 0})
	f.Add(uint8(124), []byte{0, 0, 0, 9, 1, 'x'})
	f.Add(uint8(125), []byte{0, 0, 13, 233, 3, 1, 1, 'x'})
	f.Add(uint8(158), []byte{4, 10, 20, 0, 1})
	f.Add(uint8(162), []byte{0, 17, 0, 1, 3, 1, 'a', 0, 4, 10, 0, 0, 1, 0, 3, 0, 2, 3, 85})
	f.Add(uint8(143), []byte{0, 1, 'x'})
	f.Add(uint8(146), []byte{0, 10, 0, 0, 1, 10, 0, 0, 2, 1, 'a', 0})
	f.Add(uint8(212), append([]byte{8, 32}, make([]byte, 20)...))
	f.Add(uint8(122), []byte{3, 5, 1, 10, 20, 0, 1})
	f.Add(uint8(79), []byte("\x010 ")) // the blank at the end got lost
	f.Add(uint8(119), []byte("\x03a,b\x00"))
	f.Fuzz(func(t *testing.T, code uint8, b []byte) {
		d := option.ByCode(option.Code(code))
		values := d.Values(b)
		again, err := d.Encode(values)
		if err != nil {
			return // bytes a client may send but an operator may not
		}
		if got := d.Values(again); !slices.Equal(got, values) {
			t.Errorf("%s: %x is %q, which encodes to %x, %q", d.Name, b, values, again, got)
		}
	})
}

// FuzzEncode expects any text to be refused or to become bytes that read as
// text for the same bytes.
func FuzzEncode(f *testing.F) {
	for _, seed := range []struct {
		code uint8
		text string
	}{
		{3, "10.20.0.1, 10.20.0.2"}, {12, "host"}, {33, "10.0.0.0 via 10.20.0.1"}, {43, `1=a 2="b c" 3=hex:00`},
		{124, "9=a 9=b 10=c"}, {125, `9{1=a 2="}"} 10=hex:00`}, {146, "0 10.0.0.1 10.0.0.2 a.b"}, {158, "10.0.0.1 10.0.0.2,10.0.0.3"},
		{162, "1 a.b 10.0.0.1 alpn=dot,h2 no-default-alpn port=853 dohpath=/q key9=hex:00"}, {175, "no-pxedhcp=1"}, {78, "true 10.0.0.1"},
		{121, "10.0.0.0/8 via 10.0.0.1"}, {119, "a.b,c.b"}, {51, "8h"}, {80, "true"}, {46, "8"}, {120, "0.0.0.0."} /* a name like an address */, {109, "::1"}, {224, "hex:0a"},
	} {
		f.Add(seed.code, seed.text)
	}
	f.Fuzz(func(t *testing.T, code uint8, text string) {
		d := option.ByCode(option.Code(code))
		b, err := d.Encode([]string{text})
		if err != nil || b == nil || strings.Contains(text, "hex:") {
			return // raw bytes may be what would be refused otherwise
		}
		again, err := d.Encode(d.Values(b))
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: %q encodes to %x, which reads %q and encodes to %x, %v", d.Name, text, b, d.Values(b), again, err)
		}
	})
}

// FuzzClient expects the readers of what clients send to stay within their
// input and to agree with themselves.
func FuzzClient(f *testing.F) {
	f.Add([]byte{5, 0, 0, 4, 'h', 'o', 's', 't', 3, 'l', 'a', 'n', 0})
	f.Add([]byte("\x00\x00\x00host.lan"))
	f.Add([]byte{0, 0, 13, 233, 1, 'x', 0, 0, 0, 9, 0})
	f.Add([]byte("\x04iPXE\x06stage2"))
	f.Add([]byte{1, 2, 'a', 'b', 5, 4, 10, 20, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, ok := option.ParseFQDN(b); ok {
			if len(c.Name) > 255 || bytes.ContainsAny([]byte(c.Name), "\x00 \n") {
				t.Errorf("ParseFQDN(%x) = %q", b, c.Name)
			}
			c.Flags |= option.FQDNEncoded
			name := c.Name
			if !c.Partial {
				name += "."
			}
			again, ok := option.ParseFQDN(c.Flags.AppendReply(nil, []byte(name)))
			if !ok || len(c.Name) < 250 && again.Name != c.Name {
				t.Errorf("ParseFQDN(%x) = %+v, whose reply reads %+v, %v", b, c, again, ok)
			}
		}
		size := 0
		for _, data := range option.Enterprises(b) {
			size += 5 + len(data)
		}
		if size > len(b) {
			t.Errorf("Enterprises(%x) has %d bytes", b, size)
		}
		if got := option.FilterEnterprises(b, b); !bytes.Equal(got, b) {
			t.Errorf("FilterEnterprises of the same = %x, want %x", got, b)
		}
		size = 0
		for class := range option.UserClasses(b) {
			if len(class) == 0 {
				t.Errorf("UserClasses(%x) has an empty text", b)
			}
			size += len(class)
		}
		if size > len(b) {
			t.Errorf("UserClasses(%x) has %d bytes", b, size)
		}
		for c := range 256 {
			option.SubOption(b, uint8(c))
		}
	})
}
