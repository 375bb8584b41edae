package option

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// number reads an unsigned number, not below the smallest legal one.
func (d Def) number(v string, largest uint32) (uint32, error) {
	n, err := strconv.ParseUint(v, 10, 32)
	if err != nil || n > uint64(largest) {
		return 0, d.reject(v)
	}
	if n < uint64(d.min) {
		return 0, d.rejectf(v, "is below %d, the smallest value RFC 2132 allows", d.min)
	}
	if len(d.only) > 0 && !slices.Contains(d.only, uint32(n)) {
		return 0, d.rejectf(v, "is none of the values RFC 2132 allows: %s", strings.Trim(fmt.Sprint(d.only), "[]"))
	}
	return uint32(n), nil
}

func (d Def) signed(v string, bits int) (int64, error) {
	n, err := strconv.ParseInt(v, 10, bits)
	if err != nil {
		return 0, d.reject(v)
	}
	return n, nil
}

// seconds reads Go's notation and, in front of it, days: 1d12h.
func (d Def) seconds(v string) (uint32, error) {
	if v == "infinite" {
		return math.MaxUint32, nil
	}
	if n, err := strconv.ParseUint(v, 10, 32); err == nil {
		return uint32(n), nil
	}
	var days uint64
	rest := v
	if digits, after, ok := strings.Cut(v, "d"); ok {
		var err error
		if days, err = strconv.ParseUint(digits, 10, 16); err != nil { // all that 32 bits of seconds hold, and more
			return 0, d.reject(v)
		}
		rest = cmp.Or(after, "0")
	}
	span, err := time.ParseDuration(rest)
	n := days*24*60*60 + uint64(span/time.Second)
	if err != nil || span < 0 || n >= math.MaxUint32 {
		return 0, d.reject(v)
	}
	if span%time.Second != 0 {
		return 0, d.rejectf(v, "is not a whole number of seconds")
	}
	return uint32(n), nil
}

func (d Def) truth(v string) (bool, error) {
	switch v {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return false, d.reject(v)
}

// textNumber formats the number of a fixed-size type. b has that size.
func textNumber(t Type, b []byte) string {
	switch t {
	case Uint8, Uint8List:
		return strconv.Itoa(int(b[0]))
	case Int8:
		return strconv.Itoa(int(int8(b[0])))
	case Uint16, Uint16List:
		return strconv.Itoa(int(binary.BigEndian.Uint16(b)))
	case Int16:
		return strconv.Itoa(int(int16(binary.BigEndian.Uint16(b))))
	case Int32:
		return strconv.Itoa(int(int32(binary.BigEndian.Uint32(b))))
	case Seconds:
		return textSeconds(binary.BigEndian.Uint32(b))
	}
	return strconv.FormatUint(uint64(binary.BigEndian.Uint32(b)), 10)
}

// textSeconds shortens 2m0s to 2m and 8h0m0s to 8h.
func textSeconds(n uint32) string {
	if n == math.MaxUint32 {
		return "infinite"
	}
	s := (time.Duration(n) * time.Second).String()
	if t, ok := strings.CutSuffix(s, "m0s"); ok {
		s = t + "m"
	}
	if t, ok := strings.CutSuffix(s, "h0m"); ok {
		s = t + "h"
	}
	return s
}
