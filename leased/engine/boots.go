package engine

import (
	"hash/maphash"
	"time"

	"rollcall/leased/boot"
)

// maxBoots bounds the machines whose boots are remembered. Hardware addresses are free to invent: the one that was heard of least
// recently goes first.
const maxBoots = 1 << 16

const (
	// refusalRepeat is how long, in seconds, the same refusal is not told again.
	refusalRepeat = 5 * 60
	// exchangeTime is how long, in seconds, a message with the xid of another one belongs to the same exchange: firmware collects offers
	// for up to 32 s. Some machines never change their xid.
	exchangeTime = 60
)

// boots is what is remembered of machines that boot from the network, in memory only, but for done.
type boots struct {
	byHW        map[HW]int32 // numbers of all
	all         []bootMemory // beginning with 1
	first, last int32        // first was heard of least recently
	seed        maphash.Seed
	// done is when a machine told that it was done, in unix seconds.
	done    map[HW]int64
	news    allowance
	scratch bootScratch
}

// bootMemory is what is remembered of one machine. Times are in unix seconds.
type bootMemory struct {
	hw         HW
	prev, next int32
	// turns are the first stages that it was handed. Firmware may try two of them at each start: a file by TFTP, then one by HTTP.
	turns [3]turns
	// offered is the first stage that it is handed when it takes the address of another server.
	offered firstStage
	// loopEnds is until when it is handed nothing, being in a loop.
	loopEnds int64
	// xid is the exchange that was judged last, when, and whether as one of a loop or of a machine that is done: all that is answered
	// in an exchange is alike.
	xid           uint32
	judged        int64
	looping, done bool
	told          boot.Stage // boot.offered was told of it in that exchange
	// refusals are those that were told last.
	refusals [3]struct {
		reason boot.Reason
		at     int64
	}
	finished bool // boot.done was told, and it has not booted since

	// What it said of itself: option 93 and 97.
	arch    uint16
	hasArch bool
	uuid    [17]byte
	uuidLen uint8
}

func (b *boots) init() {
	*b = boots{byHW: map[HW]int32{}, all: make([]bootMemory, 1), seed: maphash.MakeSeed(), done: map[HW]int64{}}
}

// of returns what is remembered of a machine, or nil.
func (b *boots) of(hw HW) *bootMemory {
	if len(b.byHW) == 0 {
		return nil
	}
	no := b.byHW[hw]
	if no == 0 {
		return nil
	}
	return &b.all[no]
}

// touch returns what is remembered of a machine, which is heard of now. It is there until the next call.
func (b *boots) touch(hw HW) *bootMemory {
	no, known := b.byHW[hw]
	switch {
	case known:
		b.unlink(no)
	case len(b.byHW) < maxBoots:
		no = int32(len(b.all))
		b.all = append(b.all, bootMemory{})
	default:
		no = b.first
		b.unlink(no)
		delete(b.byHW, b.all[no].hw)
	}
	m := &b.all[no]
	if !known {
		*m = bootMemory{hw: hw}
		b.byHW[hw] = no
	}
	if m.prev = b.last; m.prev != 0 {
		b.all[m.prev].next = no
	} else {
		b.first = no
	}
	m.next, b.last = 0, no
	return m
}

func (b *boots) unlink(no int32) {
	m := &b.all[no]
	if m.prev != 0 {
		b.all[m.prev].next = m.next
	} else {
		b.first = m.next
	}
	if m.next != 0 {
		b.all[m.next].prev = m.prev
	} else {
		b.last = m.prev
	}
}

// same reports whether a message belongs to the exchange that was judged last.
func (m *bootMemory) same(xid uint32, now int64) bool {
	return m.xid == xid && m.judged != 0 && now < m.judged+exchangeTime
}

// refused reports whether a refusal was told lately.
func (m *bootMemory) refused(r boot.Reason, now int64) bool {
	for i := range m.refusals {
		if have := &m.refusals[i]; have.reason == r {
			return now < have.at+refusalRepeat
		}
	}
	return false
}

func (m *bootMemory) refuse(r boot.Reason, now int64) {
	at := &m.refusals[0]
	for i := range m.refusals {
		have := &m.refusals[i]
		if have.reason == r {
			at = have
			break
		}
		if have.at < at.at {
			at = have
		}
	}
	at.reason, at.at = r, now
}

// shift moves what is remembered to another time of day.
func (b *boots) shift(d time.Duration) {
	by := int64(d / time.Second)
	b.news.filled += by
	for i := range b.all {
		m := &b.all[i]
		move := func(at *int64) {
			if *at != 0 {
				*at += by
			}
		}
		for j := range m.turns {
			for k := range m.turns[j].at {
				move(&m.turns[j].at[k])
			}
		}
		move(&m.loopEnds)
		for j := range m.refusals {
			move(&m.refusals[j].at)
		}
		move(&m.judged)
	}
}
