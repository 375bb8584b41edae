package lookup

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash/maphash"
	"net/url"
	"strconv"
	"strings"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// key says what an answer is remembered by.
type key struct {
	// hw is the hardware address, or, where there is none, the end of the client identifier.
	hw engine.HW
	// network is the shared network, "" where nothing says which.
	network string
	// line is made of what a relay says of the client's port and of itself, 0 for none.
	line uint64
}

// said is what is of interest in a message, and belongs to it.
type said struct {
	clientID, hostname, vendorClass []byte
	circuitID, remoteID             []byte
}

// read takes it from the options. A renewal says nothing of the line, since it comes past the relay: the lease does then.
func (s *said) read(q *engine.Query, f *engine.Facts) {
	for code, v := range q.Options.All() {
		switch code {
		case option.ClientID:
			s.clientID = v
		case option.HostName:
			s.hostname = v
		case option.VendorClass:
			s.vendorClass = v
		case option.RelayAgentInfo:
			s.circuitID, s.remoteID = (&engine.Lease{RelayInfo: v}).RelayIDs()
		}
	}
	if s.circuitID == nil && s.remoteID == nil && q.GIAddr == 0 && f.Lease != nil {
		s.circuitID, s.remoteID = f.Lease.RelayIDs()
	}
}

// key returns what the machine is remembered by; ok is false for one that cannot be told from others.
func (s *said) key(seed maphash.Seed, q *engine.Query, f *engine.Facts) (k key, ok bool) {
	k = key{hw: q.HW, network: f.Network}
	if k.hw.IsZero() {
		if len(s.clientID) == 0 {
			return k, false
		}
		k.hw = engine.HWOf(q.HW.Type, s.clientID[max(0, len(s.clientID)-len(k.hw.Octets)):])
	}
	if len(s.circuitID) > 0 || len(s.remoteID) > 0 {
		var h maphash.Hash
		h.SetSeed(seed)
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(s.circuitID)))
		_, _ = h.Write(size[:])
		_, _ = h.Write(s.circuitID)
		_, _ = h.Write(s.remoteID)
		k.line = max(h.Sum64(), 1)
	}
	return k, true
}

// question is what the service is told, as JSON or as the query of a URL. What is not known is left out.
type question struct {
	MAC         string `json:"mac,omitempty"`
	ClientID    string `json:"client_id,omitempty"`
	Hostname    string `json:"hostname,omitempty"`
	VendorClass string `json:"vendor_class,omitempty"`
	Giaddr      string `json:"giaddr,omitempty"`
	CircuitID   string `json:"circuit_id,omitempty"`
	RemoteID    string `json:"remote_id,omitempty"`
	Link        string `json:"link,omitempty"`
	Subnet      string `json:"subnet,omitempty"`
	Network     string `json:"network,omitempty"`
}

// question returns what to ask. It keeps nothing of q.
func (s *said) question(q *engine.Query, f *engine.Facts) *question {
	a := &question{
		ClientID: octets(s.clientID), Hostname: engine.CleanHostname(s.hostname), VendorClass: text(s.vendorClass),
		CircuitID: text(s.circuitID), RemoteID: text(s.remoteID), Subnet: f.Subnet, Network: f.Network,
	}
	if !q.HW.IsZero() {
		a.MAC = q.HW.String()
	}
	if q.GIAddr != 0 {
		a.Giaddr = q.GIAddr.String()
	}
	if q.Link != nil {
		a.Link = q.Link.Name
		for vlan := q.VLAN; vlan != 0; vlan >>= 16 {
			a.Link += "." + strconv.Itoa(int(vlan&0xffff))
		}
	}
	return a
}

// text is how the configuration, and events, write what a client or a relay sent: as it is, or hex:….
func text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return engine.RelayText(b)
}

// octets writes 01:52:54:….
func octets(b []byte) string {
	var t strings.Builder
	for i := range b {
		if i > 0 {
			t.WriteByte(':')
		}
		t.WriteString(hex.EncodeToString(b[i : i+1]))
	}
	return t.String()
}

// body returns the question as JSON.
func (a *question) body() []byte {
	b, err := json.Marshal(a)
	if err != nil {
		panic(err) // it holds nothing but text
	}
	return b
}

// query adds the question to the query of a URL.
func (a *question) query(v url.Values) {
	for _, p := range []struct{ name, text string }{
		{"mac", a.MAC},
		{"client_id", a.ClientID},
		{"hostname", a.Hostname},
		{"vendor_class", a.VendorClass},
		{"giaddr", a.Giaddr},
		{"circuit_id", a.CircuitID},
		{"remote_id", a.RemoteID},
		{"link", a.Link},
		{"subnet", a.Subnet},
		{"network", a.Network},
	} {
		if p.text != "" {
			v.Set(p.name, p.text)
		}
	}
}
