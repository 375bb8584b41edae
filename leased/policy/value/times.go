package value

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// parseSeconds reads a time: a number of seconds, or text as in the configuration. It is at least 1.
func parseSeconds(what string, v starlark.Value) (uint32, error) {
	const remedy = `write seconds from 1 to 4294967294, or text such as "8h" or "infinite"`
	switch v := v.(type) {
	case starlark.Int:
		n, ok := v.Int64()
		if !ok || n < 1 || n > infinite {
			return 0, fmt.Errorf("%s: %s is no time; %s", what, shown(v.String()), remedy)
		}
		return uint32(n), nil
	case starlark.String:
		b, err := option.Def{Name: what, Type: option.Seconds}.Encode([]string{string(v)})
		if err != nil || len(b) != 4 || string(b) == "\x00\x00\x00\x00" {
			return 0, fmt.Errorf("%s: %s is no time; %s", what, shown(string(v)), remedy)
		}
		return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]), nil
	}
	return 0, fmt.Errorf("%s takes no %s; %s", what, v.Type(), remedy)
}

// setLeaseTime sets for how long the address is granted. T1 and T2 that the client is told go along, unless the script has set them.
func (r *reply) setLeaseTime(v starlark.Value) error {
	if v == starlark.None {
		return errors.New("reply.lease_time cannot be left out: an answer that grants an address says for how long")
	}
	n, err := parseSeconds("reply.lease_time", v)
	if err != nil {
		return err
	}
	if !r.grants("lease_time", n) {
		return nil
	}
	next := r.now
	next.leaseTime = n
	if !next.t1Set {
		next.t1 = inProportion(r.was.t1, r.was.leaseTime, n)
	}
	if !next.t2Set {
		if next.t2 = inProportion(r.was.t2, r.was.leaseTime, n); next.t2 != 0 {
			next.t2 = max(next.t2, next.t1)
		}
	}
	if !next.t1Set && next.t2Set && next.t2 != 0 {
		next.t1 = min(next.t1, next.t2)
	}
	if n == infinite {
		next.t1, next.t2 = 0, 0
	}
	for _, t := range [...]struct {
		name string
		set  bool
		n    uint32
	}{{"t1", next.t1Set, next.t1}, {"t2", next.t2Set, next.t2}} {
		if t.set && t.n >= n {
			return fmt.Errorf("reply.lease_time: %d seconds are not more than reply.%s, which is set to %d; set that to less before",
				n, t.name, t.n)
		}
	}
	if r.c.Explain && next != r.now {
		r.c.note(change("lease time", seconds(n), seconds(r.now.leaseTime)))
		if next.t1 != r.now.t1 {
			r.c.note(change("T1", seconds(next.t1), seconds(r.now.t1)) + " (in proportion)")
		}
		if next.t2 != r.now.t2 {
			r.c.note(change("T2", seconds(next.t2), seconds(r.now.t2)) + " (in proportion)")
		}
	}
	r.now = next
	return nil
}

// grants reports whether the answer grants an address for a time. One that does not (to INFORM, a NAK, one about booting alone) has no
// times to set: what the script sets is for answers that do.
func (r *reply) grants(field string, n uint32) bool {
	if r.was.leaseTime != 0 && !r.refuses() {
		return true
	}
	r.pointless(field, n, "this answer grants no lease")
	return false
}

// pointless notes for explain why a time is not set.
func (r *reply) pointless(field string, n uint32, why string) {
	if r.c.Explain {
		r.c.note(fmt.Sprintf("%s %s not set: %s", field, cmp.Or(seconds(n), "None"), why))
	}
}

// inProportion is the part of a lease time n that t is of another one. 0, which is not told, it stays, and becomes where the lease has no
// end or too little time for it.
func inProportion(t, of, n uint32) uint32 {
	switch {
	case t == 0 || of == n:
		return t
	case of == infinite || n == infinite:
		return 0
	}
	if t = uint32(max(uint64(t)*uint64(n)/uint64(of), 1)); t < n {
		return t
	}
	return 0
}

// setT1 sets T1. A told T2 that the script has not set is no earlier.
func (r *reply) setT1(v starlark.Value) error {
	n, ok, err := r.turn("t1", v)
	if err != nil || !ok {
		return err
	}
	if n != 0 && r.now.t2 != 0 && n > r.now.t2 {
		if r.now.t2Set {
			return fmt.Errorf("reply.t1: %d seconds are more than reply.t2, which is %d; set that before", n, r.now.t2)
		}
		r.tellT2(n)
	}
	r.tellT1(n)
	r.now.t1Set = true
	return nil
}

// setT2 sets T2. A told T1 that the script has not set is no later.
func (r *reply) setT2(v starlark.Value) error {
	n, ok, err := r.turn("t2", v)
	if err != nil || !ok {
		return err
	}
	if n != 0 && n < r.now.t1 {
		if r.now.t1Set {
			return fmt.Errorf("reply.t2: %d seconds are less than reply.t1, which is %d; set that before", n, r.now.t1)
		}
		r.tellT1(n)
	}
	r.tellT2(n)
	r.now.t2Set = true
	return nil
}

func (r *reply) tellT1(n uint32) {
	if r.c.Explain && n != r.now.t1 {
		r.c.note(change("T1", seconds(n), seconds(r.now.t1)))
	}
	r.now.t1 = n
}

func (r *reply) tellT2(n uint32) {
	if r.c.Explain && n != r.now.t2 {
		r.c.note(change("T2", seconds(n), seconds(r.now.t2)))
	}
	r.now.t2 = n
}

// turn reads T1 or T2; None, 0 here, is not told. ok is false where the answer has no use for it.
func (r *reply) turn(name string, v starlark.Value) (n uint32, ok bool, err error) {
	if v != starlark.None {
		if n, err = parseSeconds("reply."+name, v); err != nil {
			return 0, false, fmt.Errorf("%w; None leaves it out", err)
		}
	}
	most := r.now.leaseTime
	switch {
	case !r.grants(name, n):
		return 0, false, nil
	case most == infinite:
		r.pointless(name, n, "the lease has no end")
		return 0, false, nil
	case n >= most:
		return 0, false, fmt.Errorf("reply.%s: %d seconds are not less than the lease time, %d; set reply.lease_time before", name, n, most)
	}
	return n, true, nil
}

// seconds writes a time, "" for none.
func seconds(n uint32) string {
	switch n {
	case 0:
		return ""
	case engine.Infinite:
		return "infinite"
	}
	return strconv.FormatUint(uint64(n), 10) + " s"
}
