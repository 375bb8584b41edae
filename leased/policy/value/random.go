package value

import "hash/fnv"

// randomFloat returns the next random number, from 0 to below 1. The numbers come from the seed and the message (or the event): who sent
// it, xid, secs, type, and the second.
func (c *Context) randomFloat() float64 {
	if !c.seeded {
		h := fnv.New64a()
		add := func(n uint64) {
			var b [8]byte
			for i := range b {
				b[i] = byte(n >> (8 * i))
			}
			_, _ = h.Write(b[:])
		}
		if q := c.Query; q != nil {
			_, _ = h.Write(q.HW.Octets[:q.HW.Len])
			add(uint64(q.XID)<<32 | uint64(q.Secs)<<16 | uint64(q.HW.Type)<<8 | uint64(q.Type))
		} else if e := c.event.event; e != nil {
			_, _ = h.Write([]byte(e.Kind))
			m := c.event.machine()
			_, _ = h.Write(m.HW.Octets[:m.HW.Len])
			add(uint64(e.IP))
		}
		switch { // each hook draws its own
		case c.Filtering:
			add(1)
		case c.reply.d != nil:
			add(2)
		}
		add(uint64(c.Now.Unix()))
		c.random.Seed(c.Seed, h.Sum64())
		c.seeded = true
	}
	const bits = 53 // of a float64's mantissa
	return float64(c.random.Uint64()>>(64-bits)) / (1 << bits)
}
