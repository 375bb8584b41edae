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
		{option.HostName, "2020", "hex:2020"}, // Encode takes blanks for no value
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
		{option.RelayAgentInfo, "0100" + "0406312030223d7d" + "0a0180" + "0b03010203" + "1300" + "9801ff", `circuit-id=hex: docsis-device-class=hex:312030223d7d relay-flags=128 server-id-override=hex:010203 relay-port=true virtual-subnet-selection-control=hex:ff`},
		{option.VendorSpecific, "060108ff", "hex:060108ff"}, // an end marker, as PXE has it
		{option.VendorSpecific, "0001ff", "hex:0001ff"},
		{option.VIVendorSpecific, "0000000904010161", "hex:0000000904010161"}, // cut
		{option.VIVendorSpecific, "00000009020101", "9=hex:0101"},             // a sub-option cut
		{option.VIVendorSpecific, "00000009" + "020105", "9=hex:0105"},
		{option.VIVendorSpecific, "00000009" + "00", "9=hex:"},
		{option.VIVendorClass, "00000009" + "00" + "00000009" + "0178", "9=hex: 9=x"},
		{option.ClientFQDN, "04000004686f7374", "host flags=E"},
		{option.ClientFQDN, "000000", "flags=none"},
		{option.ClientFQDN, "0400000561", "hex:0400000561"},
		{option.PCPServer, "03010203", "hex:03010203"},
		{option.PCPServer, "00", "hex:00"},
		{option.PCPServer, "0801020304", "hex:0801020304"},
		{option.SZTPRedirect, "000561", "hex:000561"},
		{option.SLPDirectoryAgent, "01", "hex:01"},
		{option.SLPDirectoryAgent, "02" + "0a140001", "hex:020a140001"},
		{option.PortParameters, "000600", "hex:000600"},
		{option.EncryptedDNS, "0018" + "0001" + "03016100" + "040a140001" + "00020000" + "00030001ff" + "00070000",
			"1 a 10.20.0.1 no-default-alpn key3=hex:ff key7=hex:"},
		{option.EncryptedDNS, "001b" + "0001" + "03016100" + "040a140001" + "000100050464" + "6f742c" + "fff00003" + "010203",
			"1 a 10.20.0.1 key1=hex:04646f742c key65520=hex:010203"},
		{option.EncryptedDNS, "000100", "hex:000100"},
		{option.EncryptedDNS, "000600010301610000", "hex:000600010301610000"},  // no address after the name
		{option.EncryptedDNS, "00060000" + "03016100", "hex:0006000003016100"}, // priority 0
		{option.EncryptedDNS, "000a000103016100030a1400", "hex:000a000103016100030a1400"},
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
