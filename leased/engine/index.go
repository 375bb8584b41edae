package engine

import (
	"bytes"
	"hash/maphash"
)

// index finds the records of leases.
type index struct {
	records *records
	seed    maphash.Seed // clients choose what is looked for, and must not find out what collides
	plan    *Plan
	byIP    table
	byHW    lists
	// holders has the lease that a client has or had last in each network, by network and identity.
	holders table
	// byClientID is nil where nobody may ask by client identifier.
	byClientID *lists
	key, other []byte // scratch
}

func (x *index) init(s *State) {
	x.records, x.seed = &s.records, maphash.MakeSeed()
	x.byIP = newTable(func(no int32) uint32 { return hashIP(x.records.at(no).ip) })
	x.byHW = newLists(
		func(no int32) uint32 { return x.hashHW(x.records.hw(x.records.at(no))) },
		func(a, b int32) bool { return x.records.hw(x.records.at(a)) == x.records.hw(x.records.at(b)) },
	)
}

// fillAddresses puts all leases into the tables by address, which must be empty.
func (x *index) fillAddresses() {
	x.byIP.reserve(x.records.len())
	x.byHW.reserve(x.records.len())
	for no := range x.records.all {
		x.byIP.add(no)
		x.byHW.add(no)
	}
}

// fillHolders puts all leases into the table of holders, which must be empty.
func (x *index) fillHolders() {
	x.holders.reserve(x.records.len())
	for no := range x.records.all {
		x.hold(no, false)
	}
}

// begin empties the tables that depend on the plan.
func (x *index) begin(plan *Plan) {
	x.plan = plan
	x.holders = newTable(func(no int32) uint32 {
		r := x.records.at(no)
		x.other = x.records.appendIdentity(x.other[:0], r)
		return x.hashHolder(x.networkOf(r.ip), x.other)
	})
	x.byClientID = nil
	if len(plan.LeaseQuery) > 0 {
		l := newLists(
			func(no int32) uint32 { return x.hash(x.records.clientID(x.records.at(no))) },
			func(a, b int32) bool {
				return bytes.Equal(x.records.clientID(x.records.at(a)), x.records.clientID(x.records.at(b)))
			},
		)
		x.byClientID = &l
	}
}

func (x *index) hash(b []byte) uint32 { return uint32(maphash.Bytes(x.seed, b)) }

// hashIP spreads addresses over the buckets. It is no secret, for whoever can have many addresses cannot choose which.
func hashIP(ip IP) uint32 {
	const golden = 0x9e3779b1
	h := uint32(ip) * golden
	return h ^ h>>15
}

func (x *index) hashHW(hw HW) uint32 { return x.hash(hw.Octets[:]) }

func (x *index) hashHolder(network int, identity []byte) uint32 {
	const golden = 0x9e3779b1
	return x.hash(identity) ^ uint32(network)*golden
}

// networkOf returns the index of the network of an address, -1 for none.
func (x *index) networkOf(ip IP) int {
	if sub := x.plan.SubnetOf(ip); sub != nil {
		return sub.Network.index
	}
	return -1
}

// at returns the record of an address, or 0.
func (x *index) at(ip IP) int32 {
	no := x.byIP.first(hashIP(ip))
	for no != 0 && x.records.at(no).ip != ip {
		no = x.byIP.after(no)
	}
	return no
}

// ofHW returns the first record of a hardware address, or 0; byHW.behind has the others.
func (x *index) ofHW(hw HW) int32 {
	no := x.byHW.first(x.hashHW(hw))
	for no != 0 && x.records.hw(x.records.at(no)) != hw {
		no = x.byHW.after(no)
	}
	return no
}

// ofClientID returns the first record of a client identifier, or 0; byClientID.behind has the others.
func (x *index) ofClientID(id []byte) int32 {
	if x.byClientID == nil {
		return 0
	}
	no := x.byClientID.first(x.hash(id))
	for no != 0 && !bytes.Equal(x.records.clientID(x.records.at(no)), id) {
		no = x.byClientID.after(no)
	}
	return no
}

func (x *index) hasClientID(r *record) bool {
	return r.flags&hasHardwareID != 0 || x.records.part(r, annexClientID) != nil
}

// holder returns the record of the lease that the client with an identity has or had last in a network, or 0.
func (x *index) holder(network int, identity []byte) int32 {
	for no := x.holders.first(x.hashHolder(network, identity)); no != 0; no = x.holders.after(no) {
		r := x.records.at(no)
		x.other = x.records.appendIdentity(x.other[:0], r)
		if bytes.Equal(x.other, identity) && x.networkOf(r.ip) == network {
			return no
		}
	}
	return 0
}

// hold makes a lease the one that its client has, unless it has a better one; a client may have several leases in a network, as after
// a move. Of two that are as good the latest counts, or if that is not known the one that ends last.
func (x *index) hold(no int32, latest bool) {
	r := x.records.at(no)
	network := x.networkOf(r.ip)
	if network < 0 || r.reason != noReason { // in quarantine, or was last: nobody holds it or held it
		return
	}
	x.key = x.records.appendIdentity(x.key[:0], r)
	if have := x.holder(network, x.key); have != 0 {
		h := x.records.at(have)
		if w, v := r.weight(), h.weight(); w < v || w == v && !latest && x.records.expires(r) < x.records.expires(h) {
			return
		}
		x.holders.remove(have)
	}
	x.holders.add(no)
}

// unhold makes a lease no longer the one that its client has.
func (x *index) unhold(no int32) {
	if x.networkOf(x.records.at(no).ip) >= 0 {
		x.holders.remove(no)
	}
}

// weight says which of a client's leases is the one it has: one it was given, before one where ARP saw it (a machine may have a
// second address that somebody typed in), before those that are over.
func (r *record) weight() int {
	switch {
	case r.state != Active:
		return 0
	case r.flags&isFoundByARP != 0:
		return 1
	}
	return 2
}
