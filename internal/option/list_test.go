package option_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/option"
)

func TestList(t *testing.T) {
	var l option.List
	if !l.Valid() {
		t.Error("the empty list is not valid")
	}
	l = l.AppendAddr(option.Router, netip.MustParseAddr("10.20.0.1"), netip.MustParseAddr("10.20.0.2")).
		AppendString(option.DomainName, "x").AppendUint8(option.MessageType, 5).AppendUint16(option.InterfaceMTU, 1500).
		AppendUint32(option.LeaseTime, 3600).Append(option.RapidCommit, nil).Append(option.VendorSpecific, make([]byte, 300))
	want := []string{"3 0a1400010a140002", "15 78", "53 05", "26 05dc", "51 00000e10", "80 ", "43 " + fmt.Sprintf("%x", make([]byte, 300))}
	var got []string
	for c, value := range l.All() {
		got = append(got, fmt.Sprintf("%d %x", uint8(c), value))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("All (-want +got):\n%s", diff)
	}
	if value, ok := l.Get(option.RapidCommit); !ok || len(value) != 0 {
		t.Errorf("Get of an empty option = %x, %v", value, ok)
	}
	if _, ok := l.Get(option.HostName); ok {
		t.Error("Get found an option that is not there")
	}
	if !l.Valid() {
		t.Error("not valid")
	}
	for n := range l[:len(l)-1] { // cut anywhere, it is either shorter or not valid
		cut := l[:n]
		size := 0
		for _, value := range cut.All() {
			size += 3 + len(value)
		}
		if cut.Valid() != (size == n) {
			t.Errorf("cut at %d: Valid = %v, entries end at %d", n, cut.Valid(), size)
		}
	}
}

func TestListValueIsCapped(t *testing.T) {
	l := option.List(nil).AppendString(option.HostName, "a").AppendString(option.DomainName, "b")
	value, _ := l.Get(option.HostName)
	_ = append(value, "overwritten"...)
	if got, _ := l.Get(option.DomainName); !bytes.Equal(got, []byte("b")) {
		t.Errorf("appending to a value wrote into the list: %q", got)
	}
}

func TestListRefusesWhatNoDatagramHolds(t *testing.T) {
	if l := option.List(nil).Append(43, make([]byte, 1<<16)); len(l) != 0 {
		t.Errorf("%d bytes", len(l))
	}
}

func TestSubOption(t *testing.T) {
	info := []byte{1, 2, 'a', 'b', 0, 0, 255, 1, 9, 2, 9, 'c'}
	tests := []struct {
		code uint8
		want string
		ok   bool
	}{{1, "ab", true}, {0, "", true}, {255, "\x09", true}, {2, "", false}, {3, "", false}}
	for _, tt := range tests {
		if got, ok := option.SubOption(info, tt.code); string(got) != tt.want || ok != tt.ok {
			t.Errorf("SubOption(%d) = %q, %v; want %q, %v", tt.code, got, ok, tt.want, tt.ok)
		}
	}
}
