package conformance_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// mismatch holds an answer (nil for silence) against what a step wants, and returns what differs. Addresses to keep go to vars.
func mismatch(want string, a *answer, q *query, vars map[string]string) (wrong []string) {
	list := words(want)
	if len(list) == 0 {
		list = []string{"silence"}
	}
	kinds := strings.Split(list[0], "|")
	if a == nil {
		if !slices.Contains(kinds, "silence") {
			return []string{"want " + list[0] + ", got no answer"}
		}
		return nil
	}
	if !slices.Contains(kinds, a.kind) {
		return []string{fmt.Sprintf("want %s, got %s", list[0], a)}
	}
	for _, w := range list[1:] {
		if name, ok := strings.CutPrefix(w, "save="); ok {
			vars[name] = a.yiaddr().String()
			continue
		}
		if got, ok, err := holds(w, a, q); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", w, err))
		} else if !ok {
			wrong = append(wrong, fmt.Sprintf("want %s, got %s", w, got))
		}
	}
	if len(wrong) > 0 {
		wrong = append(wrong, "answer: "+a.String())
	}
	return wrong
}

// holds reports whether one word of want holds, and what there is instead.
func holds(w string, a *answer, q *query) (got string, ok bool, err error) {
	if code, found := strings.CutPrefix(w, "!"); found {
		n, err := strconv.Atoi(code)
		v, there := a.options[byte(n)]
		return written(v), !there, err
	}
	at := strings.IndexAny(w, "=<>!")
	if at < 0 {
		n, err := strconv.Atoi(w)
		_, there := a.options[byte(n)]
		return "none", there, err
	}
	key, value := w[:at], strings.TrimLeft(w[at:], "=<>!")
	op := strings.TrimSuffix(w[at:], value)
	if n, ok := aliases[key]; ok {
		key = strconv.Itoa(n)
	}
	if code, err := strconv.Atoi(key); err == nil {
		return holdsOption(byte(code), op, value, a)
	}
	switch key {
	case "yiaddr":
		return holdsAddr(a.yiaddr(), op, value)
	case "ciaddr":
		return holdsAddr(a.addr(12), op, value)
	case "siaddr":
		return holdsAddr(a.addr(20), op, value)
	case "hops":
		return holdsNumber(int(a.payload[3]), op, value)
	case "flags":
		return holdsNumber(a.u16(10), op, value)
	case "from":
		return holdsNumber(int(a.src.Port()), op, value)
	case "size":
		return holdsNumber(len(a.payload), op, value)
	case "sname":
		return a.text(44, 108), (a.text(44, 108) == strings.Trim(value, "'")) == (op == "="), nil
	case "file":
		return a.text(108, 236), (a.text(108, 236) == strings.Trim(value, "'")) == (op == "="), nil
	case "tags":
		return fmt.Sprint(a.tags), strings.Trim(fmt.Sprint(a.tags), "[]") == strings.ReplaceAll(value, ",", " "), nil
	case "order":
		return fmt.Sprint(a.order), inOrder(a.order, value), nil
	case "last":
		return fmt.Sprint(a.order), fmt.Sprint(a.order[len(a.order)-1]) == value, nil
	case "to":
		return destination(a), destined(a, q, value), nil
	}
	return "", false, fmt.Errorf("nothing is called %q", key)
}

func holdsOption(code byte, op, value string, a *answer) (string, bool, error) {
	v, there := a.options[code]
	got := "none"
	if there {
		got = written(v)
	}
	if low, high, ok := strings.Cut(value, "-"); ok && !strings.ContainsAny(value, "'{") { // a range of numbers
		first, err := octets(int(code), low)
		last, err2 := octets(int(code), high)
		if err != nil || err2 != nil {
			return "", false, fmt.Errorf("%q is no range", value)
		}
		return got, there && bytes.Compare(first, v) <= 0 && bytes.Compare(v, last) <= 0, nil
	}
	value, begins := strings.CutSuffix(value, "*")
	want, err := octets(int(code), value)
	if err != nil {
		return "", false, err
	}
	if begins {
		return got, bytes.HasPrefix(v, want), nil
	}
	switch op {
	case "!=":
		return got, !bytes.Equal(v, want), nil
	case "<=":
		return got, there && bytes.Compare(v, want) <= 0, nil
	case ">=":
		return got, there && bytes.Compare(v, want) >= 0, nil
	}
	return got, there && bytes.Equal(v, want), nil
}

func holdsAddr(have netip.Addr, op, value string) (string, bool, error) {
	if low, high, ok := strings.Cut(value, "-"); ok {
		first, err := netip.ParseAddr(low)
		last, err2 := netip.ParseAddr(high)
		if err != nil || err2 != nil {
			return "", false, fmt.Errorf("%q is no range", value)
		}
		return have.String(), first.Compare(have) <= 0 && have.Compare(last) <= 0, nil
	}
	want, err := netip.ParseAddr(value)
	return have.String(), (have == want) == (op == "="), err
}

func holdsNumber(have int, op, value string) (string, bool, error) {
	want, err := strconv.ParseInt(value, 0, 64)
	got := strconv.Itoa(have)
	switch op {
	case "<=":
		return got, have <= int(want), err
	case ">=":
		return got, have >= int(want), err
	case "!=":
		return got, have != int(want), err
	}
	return got, have == int(want), err
}

// inOrder reports whether the codes in value are all there, one after another.
func inOrder(order []byte, value string) bool {
	last := -1
	for _, text := range strings.Split(value, ",") {
		n, _ := strconv.Atoi(text)
		at := slices.Index(order, byte(n))
		if at <= last {
			return false
		}
		last = at
	}
	return true
}

var broadcastHW = []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

func destination(a *answer) string { return fmt.Sprintf("%v at %x", a.dst, a.hw) }

// destined reports whether an answer went where value says: broadcast, chaddr, relay with a port if it is not 67, or an
// address and port.
func destined(a *answer, q *query, value string) bool {
	where, port, _ := strings.Cut(value, ":")
	to := func(ip netip.Addr, std string) bool {
		if port == "" {
			port = std
		}
		return a.dst.String() == fmt.Sprintf("%v:%s", ip, port)
	}
	toAll := bytes.Equal(a.hw, broadcastHW)
	switch where {
	case "broadcast":
		return toAll && to(netip.AddrFrom4([4]byte{255, 255, 255, 255}), "68")
	case "chaddr":
		return bytes.Equal(a.hw, q.payload[28:34]) && to(a.yiaddr(), "68")
	case "relay":
		return !toAll && to(netip.AddrFrom4([4]byte(q.payload[24:])), "67")
	}
	ip, err := netip.ParseAddr(where)
	return err == nil && !toAll && to(ip, "68")
}
