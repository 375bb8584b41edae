package sandbox

import (
	"math/bits"

	"go.starlark.net/starlark"
)

// scale adds up what values are when each path to each part counts: a list that holds one other list twice, which holds a
// third one twice, is small in memory and large as text. It stops as soon as it is over its limit.
type scale struct {
	left int
	// depth is how far it may go down.
	depth int
	// path are the lists and dictionaries on the way: a text says "..." where one holds itself.
	path []starlark.Value
}

// put takes n and says whether there is more.
func (s *scale) put(n int) bool {
	s.left -= n
	return s.left >= 0
}

// text puts the length of v as text; quoted is that of repr, which texts inside of others have.
func (s *scale) text(v starlark.Value, quoted bool) bool {
	switch v := v.(type) {
	case starlark.String:
		if !quoted {
			return s.put(len(v))
		}
		return s.put(quotedLen(string(v)))
	case starlark.Bytes:
		return s.put(quotedLen(string(v)) + 1)
	case starlark.Int:
		return s.put(digits(v))
	case starlark.Bool, starlark.NoneType:
		return s.put(5)
	case starlark.Float:
		return s.put(24)
	case *starlark.List:
		return s.inside(v, func() bool { return s.each(v) })
	case starlark.Tuple:
		return s.inside(nil, func() bool { return s.each(v) })
	case *starlark.Set:
		return s.inside(nil, func() bool {
			for e := range v.Elements() {
				if !s.put(2) || !s.text(e, true) {
					return false
				}
			}
			return true
		})
	case *starlark.Dict:
		return s.inside(v, func() bool {
			for k, e := range v.Entries() {
				if !s.put(4) || !s.text(k, true) || !s.text(e, true) {
					return false
				}
			}
			return true
		})
	}
	switch v.Type() {
	case "string.elems", "string.codepoints", "bytes.elems":
		// They hold the whole text.
		return s.put(len(v.String()))
	}
	// Functions, ranges, and values of others, who keep their texts short.
	return s.put(1000)
}

func (s *scale) each(v starlark.Indexable) bool {
	for i := range v.Len() {
		if !s.put(2) || !s.text(v.Index(i), true) {
			return false
		}
	}
	return true
}

// inside goes one level down, unless v, which may be nil, is on the way already.
func (s *scale) inside(v starlark.Value, look func() bool) bool {
	if !s.put(2) {
		return false
	}
	if v != nil {
		for _, above := range s.path {
			if above == v {
				return true
			}
		}
		s.path = append(s.path, v)
		defer func() { s.path = s.path[:len(s.path)-1] }()
	}
	if s.depth--; s.depth < 0 {
		s.left = -1
		return false
	}
	defer func() { s.depth++ }()
	return look()
}

// quotedLen is at least the length of the text in quotes.
func quotedLen(s string) int {
	n := len(s) + 2
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f {
			n += 3
		} else if c == '"' || c == '\\' {
			n++
		}
	}
	return n
}

// digits is at least the length of an integer as text.
func digits(i starlark.Int) int {
	if n, ok := i.Int64(); ok {
		return bits.Len64(uint64(max(n, -n)))/3 + 2
	}
	return bitsOf(i)/3 + 2
}

// bitsOf returns the size of an integer.
func bitsOf(i starlark.Int) int {
	if _, ok := i.Int64(); ok {
		return 64
	}
	return i.BigInt().BitLen()
}

// compared puts how many parts a comparison of v may look at. Deeper than starlark.CompareLimit it fails by itself.
func (s *scale) compared(v starlark.Value) bool {
	switch v := v.(type) {
	case starlark.String:
		return s.put(1 + len(v)/256)
	case starlark.Bytes:
		return s.put(1 + len(v)/256)
	}
	if !s.put(1) || s.depth == 0 {
		return s.left >= 0
	}
	s.depth--
	more := s.partsCompared(v)
	s.depth++
	return more
}

func (s *scale) partsCompared(v starlark.Value) bool {
	switch v := v.(type) {
	case *starlark.List:
		return s.eachCompared(v)
	case starlark.Tuple:
		return s.eachCompared(v)
	case *starlark.Set:
		for e := range v.Elements() {
			if !s.compared(e) {
				return false
			}
		}
	case *starlark.Dict:
		for k, e := range v.Entries() {
			if !s.compared(k) || !s.compared(e) {
				return false
			}
		}
	}
	return true
}

func (s *scale) eachCompared(v starlark.Indexable) bool {
	for i := range v.Len() {
		if !s.compared(v.Index(i)) {
			return false
		}
	}
	return true
}

// weight returns how many parts a comparison of v may look at; more than limit is limit+1.
func weight(v starlark.Value, limit int) int {
	s := scale{left: limit, depth: starlark.CompareLimit}
	if !s.compared(v) {
		return limit + 1
	}
	return limit - s.left
}

// hashed puts what hashing and freezing v goes through: tuples in tuples, and long texts. Lists in it have no hash, and freeze
// once.
func (s *scale) hashed(v starlark.Value) bool {
	switch v := v.(type) {
	case starlark.String:
		return s.put(1 + len(v)/64)
	case starlark.Bytes:
		return s.put(1 + len(v)/64)
	case starlark.Tuple:
		for _, e := range v {
			if !s.hashed(e) {
				return false
			}
		}
	}
	return s.put(1)
}
