package engine

import (
	"math/bits"
	"slices"

	"rollcall/internal/option"
	"rollcall/leased/boot"
)

// Scope is what holds for the addresses of a pool, or of a subnet outside its pools: what is said there and, where nothing is,
// what is said further out (shared network, then for all).
type Scope struct {
	Times   Times
	Options Options
	// Boot is nil for nothing.
	Boot *boot.Settings
}

// Send says when an option goes out.
type Send uint8

// When an option goes out.
const (
	// SendDefault: to a client that asks for it (55) or for nothing in particular; routers, domain name servers and the domain
	// name to every client.
	SendDefault Send = iota
	// SendAlways: to every client.
	SendAlways
	// SendRequested: to a client that asks for it, and to no other.
	SendRequested
)

// Option is one option to send.
type Option struct {
	Code option.Code
	// Value is nil when the option is to be left out, whatever is said further out.
	Value []byte
	// Send says when it goes out.
	Send Send
	// From is the level it is said at, in words: "global", "shared network NAME", "subnet NAME", "pool FIRST-LAST", "class NAME"
	// or "reservation ID".
	From string
}

// Options are options by their codes: those of one level, or of several merged. The zero value has none. They are never changed.
type Options struct {
	list   []Option // by code
	has    bitmap   // the codes of list
	always []option.Code
}

// NewOptions returns the options of one level. Codes must differ.
func NewOptions(list []Option) Options {
	o := Options{list: slices.SortedFunc(slices.Values(list), func(a, b Option) int { return int(a.Code) - int(b.Code) })}
	for i := range o.list {
		o.has.set(uint8(o.list[i].Code))
		if o.list[i].Send == SendAlways {
			o.always = append(o.always, o.list[i].Code)
		}
	}
	return o
}

// Over returns the options of o, and those of outer that o says nothing about.
func (o Options) Over(outer Options) Options {
	if len(o.list) == 0 {
		return outer
	}
	all := slices.Clone(o.list)
	for _, x := range outer.list {
		if !o.has.get(uint8(x.Code)) {
			all = append(all, x)
		}
	}
	return NewOptions(all)
}

// All returns the options in the order of their codes. They must not be changed.
func (o *Options) All() []Option { return o.list }

// find returns what is said about a code, nil if nothing is. An option that is to be left out is found without a value.
func (o *Options) find(c option.Code) *Option {
	if !o.has.get(uint8(c)) {
		return nil
	}
	return &o.list[o.has.rank(uint8(c))]
}

// overlay are options of several levels, the nearest first. A few of them need no memory of their own.
type overlay struct {
	first [4]*Options
	n     int // how many of first
	rest  []*Options
}

func (v *overlay) add(o *Options) {
	if v.n < len(v.first) {
		v.first[v.n] = o
		v.n++
		return
	}
	v.rest = append(v.rest, o)
}

// all iterates over the levels.
func (v *overlay) all(yield func(*Options) bool) {
	for _, o := range v.first[:v.n] {
		if !yield(o) {
			return
		}
	}
	for _, o := range v.rest {
		if !yield(o) {
			return
		}
	}
}

// bitmap is a set of numbers from 0 to 255.
type bitmap [4]uint64

func (b *bitmap) set(n uint8)      { b[n>>6] |= 1 << (n & 63) }
func (b *bitmap) get(n uint8) bool { return b[n>>6]&(1<<(n&63)) != 0 }

// rank returns how many smaller numbers are in the set.
func (b *bitmap) rank(n uint8) int {
	r := bits.OnesCount64(b[n>>6] & (1<<(n&63) - 1))
	for i := range n >> 6 {
		r += bits.OnesCount64(b[i])
	}
	return r
}

func (b *bitmap) or(o *bitmap) {
	for i := range b {
		b[i] |= o[i]
	}
}

func (b *bitmap) meets(o *bitmap) bool {
	return b[0]&o[0]|b[1]&o[1]|b[2]&o[2]|b[3]&o[3] != 0
}
