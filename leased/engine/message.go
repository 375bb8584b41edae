package engine

import (
	"encoding/binary"

	"rollcall/internal/option"
	"rollcall/leased/boot"
)

// MessageType is the type of a DHCP message (option 53, RFC 2132 §9.6).
type MessageType uint8

// The messages of clients.
const (
	// BOOTRequest is a message without option 53, from a client that speaks BOOTP and no DHCP (RFC 1534).
	BOOTRequest MessageType = 0

	Discover   MessageType = 1
	Request    MessageType = 3
	Decline    MessageType = 4
	Release    MessageType = 7
	Inform     MessageType = 8
	LeaseQuery MessageType = 10 // from relays (RFC 4388)
)

// MessageTypes returns all of them.
func MessageTypes() []MessageType {
	return []MessageType{BOOTRequest, Discover, Request, Decline, Release, Inform, LeaseQuery}
}

// String returns the name in capitals.
func (t MessageType) String() string {
	switch t {
	case BOOTRequest:
		return "BOOTREQUEST"
	case LeaseQuery:
		return "LEASEQUERY"
	case Discover:
		return "DISCOVER"
	case Request:
		return "REQUEST"
	case Decline:
		return "DECLINE"
	case Release:
		return "RELEASE"
	case Inform:
		return "INFORM"
	}
	return "UNKNOWN"
}

// Frontend is a process that receives and sends packets.
type Frontend struct {
	Name  string
	Links []*Link
	// HTTPPort is that of its own file server, 0 for none; TFTP is whether it serves that too.
	HTTPPort uint16
	TFTP     bool
}

// Link is an interface of a frontend.
type Link struct {
	Frontend *Frontend
	Name     string
	// IPs are its addresses, in order.
	IPs []IP
	Up  bool
}

// String returns frontend/link.
func (l *Link) String() string { return l.Frontend.Name + "/" + l.Name }

// has reports whether ip is an address of any link of the frontend.
func (f *Frontend) has(ip IP) bool {
	for _, l := range f.Links {
		for _, own := range l.IPs {
			if own == ip {
				return true
			}
		}
	}
	return false
}

// Query is one message from a client. Index must be called once after it is filled in.
type Query struct {
	// Link it arrived on, Port the UDP port.
	Link *Link
	Port uint16
	// VLAN tells the tagged segment of Link that it came from: the outer VID in bits 0 to 15, the inner one in bits 16 to 31; 0
	// for the untagged one.
	VLAN uint32
	// Header fields of RFC 2131 §2.
	Type           MessageType
	XID            uint32
	Flags          uint16
	CIAddr, GIAddr IP
	HW             HW
	// Secs, Hops, YIAddr, SIAddr, ServerName and File are for policies; no rule looks at them. File and ServerName are without their
	// padding, and nil where they hold options (52). They last as long as Options.
	Secs             uint16
	Hops             uint8
	YIAddr, SIAddr   IP
	ServerName, File []byte
	// Options as received.
	Options option.List
	// Destination of the datagram; 0 or broadcast when it was not sent to one server.
	Destination IP
	// Source of the datagram.
	Source IP
	// Verdict is what the policy says of it, nil where there is none.
	Verdict *Verdict

	clientID, hostname, fqdn, prl []byte
	boot                          boot.Message

	vendors                        [2][]byte // 124 and 125, for the enterprises that they name
	asked                          bitmap    // of prl
	relayInfo                      []byte    // option 82
	relay                          relayIDs
	requested, serverID            IP
	linkSelection, subnetSelection IP
	serverOverride                 IP
	leaseTime                      uint32 // asked for; 0 for none
	hasServerID                    bool
	rapidCommit                    bool   // asks to be granted at once (RFC 4039)
	autoConfigure                  bool   // asks whether it may choose an address by itself (RFC 2563)
	who                            HW     // whom its sender is remembered by, apart from leases
	id                             []byte // identity by client-id (or hardware)
	hwID                           []byte // identity by hardware
	idBuf                          [48]byte
}

const flagBroadcast = 0x8000

// Index looks up the options that the rules ask for. Options of a wrong length are taken as absent. The Query keeps
// referring to Options.
func (q *Query) Index() {
	for code, v := range q.Options.All() {
		switch code {
		case option.HostName:
			q.hostname = v
		case option.ClientFQDN:
			q.fqdn = v
		case option.RequestedAddress:
			q.requested = addressOption(v)
		case option.LeaseTime:
			if len(v) == 4 {
				q.leaseTime = max(binary.BigEndian.Uint32(v), 1) // no time at all is less than any
			}
		case option.RapidCommit:
			q.rapidCommit = true
		case option.AutoConfigure:
			q.autoConfigure = len(v) == 1
		case option.UserClass:
			q.boot.UserClass = v
		case option.VIVendorClass:
			q.vendors[0] = v
		case option.VIVendorSpecific:
			q.vendors[1] = v
		case option.ClientArch:
			q.boot.Arch = v
		case option.ClientNDI:
			q.boot.NIC = v
		case option.ClientUUID:
			q.boot.UUID = v
		case option.Etherboot:
			q.boot.Features = v
		case option.VendorSpecific:
			q.boot.Encapsulated = v
		case option.ServerID:
			q.serverID, q.hasServerID = addressOption(v), true
		case option.ParameterRequestList:
			q.prl, q.boot.Requested = v, v
			for _, asked := range v {
				q.asked.set(asked)
			}
		case option.VendorClass:
			q.boot.VendorClass = v
		case option.ClientID:
			q.clientID = v
		case option.RelayAgentInfo:
			q.relayInfo = v
			q.indexRelay(v)
		case option.SubnetSelection:
			q.subnetSelection = addressOption(v)
		}
	}
	b := append(q.idBuf[:0], identityHardware, q.HW.Type)
	q.hwID = append(b, q.HW.Octets[:q.HW.Len]...)
	q.id = q.hwID
	q.who, q.boot.Hardware = q.HW, q.HW.Octets[:q.HW.Len]
	if len(q.clientID) > 0 {
		n := len(q.hwID)
		q.id = append(append(q.idBuf[n:n], identityClientID), q.clientID...)
		if q.HW.IsZero() { // as on InfiniBand (RFC 4390 §2.1), where the client identifier ends with what is unique
			q.who = HWOf(q.HW.Type, q.clientID[max(0, len(q.clientID)-len(q.HW.Octets)):])
		}
	}
}

// Boot returns what the message says about booting. Its octets are those of the Query.
func (q *Query) Boot() *boot.Message { return &q.boot }

// CopyTo makes to a copy with memory of its own; to is a zero Query.
func (q *Query) CopyTo(to *Query) {
	to.Link, to.Port, to.VLAN = q.Link, q.Port, q.VLAN
	to.Type, to.XID, to.Flags = q.Type, q.XID, q.Flags
	to.CIAddr, to.YIAddr, to.SIAddr, to.GIAddr = q.CIAddr, q.YIAddr, q.SIAddr, q.GIAddr
	to.Secs, to.Hops, to.HW, to.Source, to.Destination = q.Secs, q.Hops, q.HW, q.Source, q.Destination
	to.ServerName, to.File = clone(q.ServerName), clone(q.File)
	to.Options = option.List(clone(q.Options))
	to.Index()
}

func addressOption(v []byte) IP {
	if len(v) != 4 {
		return 0
	}
	return IP(binary.BigEndian.Uint32(v))
}

// token tells a message that is sent again from another one: by its xid, and by whether the client speaks from its address. Some
// clients renew with the xid that they asked with (udhcpc).
func (q *Query) token() uint64 {
	t := uint64(q.XID)
	if q.CIAddr != 0 {
		t |= 1 << 32
	}
	return t
}

func (q *Query) relayed() bool { return q.GIAddr != 0 }

// unicast reports whether the datagram was sent to one server.
func (q *Query) unicast() bool { return q.Destination != 0 && q.Destination != 0xffffffff }

// machine returns who sent it, for events. It copies: an event must not keep the whole message in memory.
func (q *Query) machine() *Machine {
	return &Machine{
		HW: q.HW, ClientID: clone(q.clientID), Hostname: q.CallsItself(), VendorClass: clone(q.boot.VendorClass),
		Giaddr: q.GIAddr, CircuitID: clone(q.relay.circuitID), RemoteID: clone(q.relay.remoteID),
	}
}

func clone(b []byte) []byte { return append([]byte(nil), b...) }
