package option_test

import (
	"encoding/hex"
	"testing"

	"rollcall/internal/option"
)

// What does not fit its type is shown as hex, whatever a client sends.
func TestTextFallsBackToHex(t *testing.T) {
	tests := []struct {
		code option.Code
		in   string // hex
		want string
	}{
		{option.Router, "", "hex:"},
		{option.Router, "0a1400", "hex:0a1400"},
		{option.SubnetMask, "fffffc00fffffc00", "hex:fffffc00fffffc00"},
		{option.InterfaceMTU, "05", "hex:05"},
		{option.IPForwarding, "02", "hex:02"},
		{option.HostName, "610062", "hex:610062"},
		{option.HostName, "ff", "hex:ff"},
		{option.HostName, "0d0a", "hex:0d0a"},
		{option.HostName, "6865783a3061", "hex:6865783a3061"}, // the text "hex:0a" would be taken for bytes
		{option.HostName, "6162630000", "abc"},
		{option.RapidCommit, "01", "hex:01"},
		{option.UserClass, "69505845", "iPXE"}, // not counted, as iPXE sends it
		{option.UserClass, "0569505845", "hex:0569505845"},
		{option.DomainSearch, "0161", "hex:0161"},
		{option.DomainSearch, "c000", "hex:c000"},         // points at itself
		{option.DomainSearch, "0161c000", "hex:0161c000"}, // a loop
		{option.DomainSearch, "016100c005c003", "hex:016100c005c003"},
		{option.DomainSearch, "40", "hex:40"},
		{option.DomainSearch, "00", "hex:00"},
		{option.DomainSearch, "0320202000", "hex:0320202000"},
		{option.ClasslessRoute, "210a0000010a000001", "hex:210a0000010a000001"},
		{option.ClasslessRoute, "080a0a0000", "hex:080a0a0000"},
		{option.SIPServer, "02aa", "hex:02aa"},
		{option.ClientID, "01020000000001", "hex:01020000000001"},
		{option.ParameterRequestList, "010306", "1, 3, 6"},
		{option.ClientArch, "00070010", "7, 16"},
		{option.RelayAgentInfo, "0106657468302f37" + "02020102" + "05040a140001" + "ee00", "circuit-id=eth0/7 remote-id=hex:0102 link-selection=10.20.0.1 238=hex:"},
		{option.RelayAgentInfo, "0106", "hex:0106"},
		{option.RelayAgentInfo, "01", "hex:01"},
		{200, "00", "hex:00"},
	}
	for _, tt := range tests {
		b, err := hex.DecodeString(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		if got := option.ByCode(tt.code).Text(b); got != tt.want {
			t.Errorf("option %d, %s: Text = %q, want %q", tt.code, tt.in, got, tt.want)
		}
	}
}

// FuzzText expects Text to show anything, and what it shows of an option that
// can be written to be taken back by Encode without a change in meaning.
func FuzzText(f *testing.F) {
	f.Add(uint8(119), []byte("\x03eng\x05apple\x03com\x00\x09marketing\xc0\x04"))
	f.Add(uint8(121), []byte{8, 10, 10, 0, 0, 1})
	f.Add(uint8(120), []byte{0, 1, 'a', 0})
	f.Add(uint8(82), []byte{1, 2, 'a', 'b'})
	f.Add(uint8(77), []byte("\x04iPXE"))
	f.Add(uint8(12), []byte("host"))
	f.Add(uint8(51), []byte{0, 0, 14, 16})
	f.Fuzz(func(t *testing.T, code uint8, b []byte) {
		d := option.ByCode(option.Code(code))
		text := d.Text(b)
		switch d.Type {
		case option.SubOptions, option.CountedStrings, option.Flag, option.String:
			return // read only, or several bytes read the same
		}
		again, err := d.Encode([]string{text})
		if err != nil {
			return // bytes a client may send but an operator may not
		}
		if got := d.Text(again); got != text {
			t.Errorf("%s: %x is %q, which encodes to %x, %q", d.Name, b, text, again, got)
		}
	})
}

// A chain of pointers is a way to make a reader work; nobody writes one.
func TestTextBoundsPointerChains(t *testing.T) {
	b := []byte{1, 'a', 0}
	for at := 0; len(b) < 2000; {
		b = append(b, 0xc0|byte(at>>8), byte(at))
		at = len(b) - 2
	}
	if got := option.ByCode(option.DomainSearch).Text(b); got[:4] != "hex:" {
		t.Errorf("Text = %.40q, want hex", got)
	}
}
