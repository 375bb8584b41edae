package service

import (
	"strings"
	"testing"

	"rollcall/leased/engine"
)

func TestVendors(t *testing.T) {
	v := readVendors(strings.NewReader("OUI/MA-L    Organization\n\n" +
		"00-22-72   (hex)\t\tAmerican Micro-Fuel Device Corp.\r\n002272     (base 16)\t\tAmerican\n" +
		"08-00-27   (hex)\t\tPCS Systemtechnik GmbH\n00-22-74   (hex)\t\tM\xfcller\nZZ-00-27   (hex)\t\tnobody\n(hex)\n"))
	for _, c := range []struct {
		hw   engine.HW
		want string
	}{
		{engine.HWOf(1, []byte{0, 0x22, 0x72, 1, 2, 3}), "American Micro-Fuel Device Corp."},
		{engine.HWOf(1, []byte{8, 0, 0x27, 1, 2, 3}), "PCS Systemtechnik GmbH"},
		{engine.HWOf(1, []byte{0x52, 0x54, 0, 1, 2, 3}), ""},       // randomised
		{engine.HWOf(1, []byte{0, 0x22, 0x74, 1, 2, 3}), "M?ller"}, // a list in another encoding
		{engine.HWOf(6, []byte{0, 0x22, 0x72, 1, 2, 3}), ""},       // not Ethernet
		{engine.HWOf(1, []byte{0, 0x22, 0x73, 1, 2, 3}), ""},       // not listed
		{engine.HWOf(1, []byte{0, 0x22, 0x72, 1, 2, 3, 4, 5}), ""}, // EUI-64
	} {
		if got := v.of(c.hw); got != c.want {
			t.Errorf("maker of %v is %q, want %q", c.hw, got, c.want)
		}
	}
	if got := loadVendors([]string{"/nonexistent/oui.txt"}).of(engine.HWOf(1, []byte{0, 0x22, 0x72, 1, 2, 3})); got != "" {
		t.Errorf("without a list the maker is %q", got)
	}
}
