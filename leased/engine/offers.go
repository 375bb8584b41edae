package engine

import (
	"bytes"
	"hash/maphash"
)

// offers are the offers that stand, at most one for each client in a network. Their records are used again, and are as many as ever
// stood at a time.
type offers struct {
	all  []*offer // by number, beginning with 1
	free int32    // the first of a list
	seed maphash.Seed
	byIP table
	// byClient has those in subnets that know clients by client identifier, and those in subnets that go by hardware: one shared
	// network may have both, and one machine may be two clients in the one and one in the other.
	byClient   table
	byHardware int // how many go by hardware
	// first ends before all others: all are held equally long, and move behind when they are made again.
	first, last int32
}

func (o *offers) init() {
	*o = offers{all: []*offer{nil}, seed: maphash.MakeSeed()}
	o.byIP = newTable(func(no int32) uint32 { return hashIP(o.all[no].ip) })
	o.byClient = newTable(func(no int32) uint32 {
		of := o.all[no]
		return o.hashClient(of.network, of.byHardware, of.id)
	})
}

func (o *offers) hashClient(network int, byHardware bool, id []byte) uint32 {
	const golden = 0x9e3779b1
	kind := uint32(2 * network)
	if byHardware {
		kind++
	}
	return uint32(maphash.Bytes(o.seed, id)) ^ kind*golden
}

// at returns the offer of an address, or nil.
func (o *offers) at(ip IP) *offer {
	for no := o.byIP.first(hashIP(ip)); no != 0; no = o.byIP.after(no) {
		if of := o.all[no]; of.ip == ip {
			return of
		}
	}
	return nil
}

// of returns the offer to a client of a network, by one kind of identity, or nil.
func (o *offers) of(network int, byHardware bool, id []byte) *offer {
	if o.byClient.n == 0 || byHardware && o.byHardware == 0 {
		return nil
	}
	for no := o.byClient.first(o.hashClient(network, byHardware, id)); no != 0; no = o.byClient.after(no) {
		if of := o.all[no]; of.network == network && of.byHardware == byHardware && bytes.Equal(of.id, id) {
			return of
		}
	}
	return nil
}

// take returns a free record.
func (o *offers) take() *offer {
	if o.free == 0 {
		of := &offer{no: int32(len(o.all))}
		of.id = of.idRoom[:0]
		o.all = append(o.all, of)
		return of
	}
	of := o.all[o.free]
	o.free, of.next = of.next, 0
	return of
}

// add files a record that is filled in.
func (o *offers) add(of *offer) {
	o.byIP.add(of.no)
	o.byClient.add(of.no)
	if of.byHardware {
		o.byHardware++
	}
	o.append(of)
}

// give frees a record that is filed.
func (o *offers) give(of *offer) {
	o.byIP.remove(of.no)
	o.byClient.remove(of.no)
	if of.byHardware {
		o.byHardware--
	}
	o.unlink(of)
	of.ip, of.next, o.free = 0, o.free, of.no
}

func (o *offers) append(of *offer) {
	if of.prev = o.last; of.prev != 0 {
		o.all[of.prev].next = of.no
	} else {
		o.first = of.no
	}
	of.next, o.last = 0, of.no
}

func (o *offers) unlink(of *offer) {
	if of.prev != 0 {
		o.all[of.prev].next = of.next
	} else {
		o.first = of.next
	}
	if of.next != 0 {
		o.all[of.next].prev = of.prev
	} else {
		o.last = of.prev
	}
	of.prev, of.next = 0, 0
}

// expire ends the offers whose time has come, at most max of them. It reports whether more are waiting.
func (o *offers) expire(s *State, now int64, max int) (more bool) {
	for range max {
		if o.first == 0 || o.all[o.first].until > now {
			return false
		}
		s.endOffer(o.all[o.first])
	}
	return true
}

func (o *offers) shift(by int64) {
	for no := o.first; no != 0; no = o.all[no].next {
		o.all[no].until += by
	}
}
