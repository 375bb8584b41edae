package option_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/insomniacslk/dhcp/dhcpv4"
	"github.com/insomniacslk/dhcp/rfc1035label"

	"rollcall/internal/option"
)

// What is encoded here reads the same to an independent library.
func TestOthersReadTheSame(t *testing.T) {
	ips := func(b []byte) (string, error) {
		var v dhcpv4.IPs
		err := v.FromBytes(b)
		return fmt.Sprint(v), err
	}
	names := func(b []byte) (string, error) {
		v, err := rfc1035label.FromBytes(b)
		if err != nil {
			return "", err
		}
		return strings.Join(v.Labels, " "), nil
	}
	subs := func(b []byte) (string, error) {
		v := dhcpv4.Options{}
		err := v.FromBytes(b)
		return fmt.Sprintf("%q %q", v[1], v[2]), err
	}
	tests := []struct {
		option string
		values []string
		read   func([]byte) (string, error)
		want   string
	}{
		{"routers", []string{"10.20.0.1", "10.20.0.2"}, ips, "10.20.0.1, 10.20.0.2"},
		{"domain-search", []string{"eng.apple.com", "marketing.apple.com", "apple.com"}, names, "eng.apple.com marketing.apple.com apple.com"},
		{"v4-lost", []string{"lost.example.org"}, names, "lost.example.org"},
		{"bcms-controller-names", []string{"a.example", "b.example"}, names, "a.example b.example"},
		{"vendor-specific", []string{`1=text 2="a b"`}, subs, `"text" "a b"`},
		{"relay-agent-information", []string{"circuit-id=eth0 remote-id=hex:00"}, subs, `"eth0" "\x00"`},
		{"classless-static-routes", []string{"0.0.0.0/0 via 10.0.0.1", "10.17.0.0/17 via 10.0.0.2"}, func(b []byte) (string, error) {
			var v dhcpv4.Routes
			err := v.FromBytes(b)
			return v.String(), err
		}, "route to 0.0.0.0/0 via 10.0.0.1; route to 10.17.0.0/17 via 10.0.0.2"},
		{"user-class", []string{"iPXE", "stage2"}, func(b []byte) (string, error) {
			var v dhcpv4.Strings
			err := v.FromBytes(b)
			return v.String(), err
		}, "iPXE, stage2"},
		{"vi-vendor-class", []string{"3561=dslforum.org 9=x"}, func(b []byte) (string, error) {
			var v dhcpv4.VIVCIdentifiers
			err := v.FromBytes(b)
			return fmt.Sprintf("%d %s %d %s", v[0].EntID, v[0].Data, v[1].EntID, v[1].Data), err
		}, "3561 dslforum.org 9 x"},
		{"auto-configure", []string{"false"}, func(b []byte) (string, error) {
			var v dhcpv4.AutoConfiguration
			err := v.FromBytes(b)
			return v.String(), err
		}, "DoNotAutoConfigure"},
		{"v6-only-preferred", []string{"30m"}, func(b []byte) (string, error) {
			var v dhcpv4.Duration
			err := v.FromBytes(b)
			return v.String(), err
		}, "30m0s"},
	}
	for _, tt := range tests {
		t.Run(tt.option, func(t *testing.T) {
			d, _ := option.ByName(tt.option)
			b, err := d.Encode(tt.values)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := tt.read(b); err != nil || got != tt.want {
				t.Errorf("%x reads %s, %v; want %s", b, got, err, tt.want)
			}
		})
	}
}
