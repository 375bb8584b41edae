package packet_test

import (
	"fmt"
	"maps"
	"slices"

	"github.com/insomniacslk/dhcp/dhcpv4"

	"rollcall/internal/option"
)

// decodeReply describes a reply as another implementation understands it.
func decodeReply(b []byte) (lines []string) {
	m, err := dhcpv4.FromBytes(b)
	if err != nil {
		return []string{"unreadable: " + err.Error()}
	}
	lines = append(lines, fmt.Sprintf("%v xid %x chaddr %v broadcast %v ciaddr %v yiaddr %v siaddr %v giaddr %v", m.MessageType(), m.TransactionID[:],
		m.ClientHWAddr, m.IsBroadcast(), m.ClientIPAddr, m.YourIPAddr, m.ServerIPAddr, m.GatewayIPAddr))
	for _, c := range slices.Sorted(maps.Keys(m.Options)) {
		d := option.ByCode(option.Code(c))
		lines = append(lines, fmt.Sprintf("%d %s = %s", c, d.Name, d.Text(m.Options[c])))
	}
	return lines
}
