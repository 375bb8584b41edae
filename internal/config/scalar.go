package config

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// problem is why a text is not the value it should be, and what would be.
type problem struct {
	msg, hint string
}

// read turns the text of a value into what it stands for. An absent value gives the fallback, and so does one that is
// wrong, after noting it.
func read[T any](v value, fallback T, parse func(string) (T, *problem)) T {
	s, ok := v.text()
	if !ok {
		return fallback
	}
	t, p := parse(s)
	if p != nil {
		v.fail(p.hint, "%s", p.msg)
		return fallback
	}
	return t
}

func (v value) bool(fallback bool) bool {
	return read(v, fallback, func(s string) (bool, *problem) {
		switch s {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return false, &problem{fmt.Sprintf("%q is neither true nor false", s), "write true or false"}
	})
}

func (v value) int(fallback, low, high int) int {
	return read(v, fallback, func(s string) (int, *problem) {
		n, err := strconv.Atoi(s)
		if err != nil || n < low || n > high {
			return 0, &problem{fmt.Sprintf("%q is not a number from %d to %d", s, low, high),
				fmt.Sprintf("write a whole number from %d to %d", low, high)}
		}
		return n, nil
	})
}

func (v value) duration(fallback, low, high time.Duration) time.Duration {
	return read(v, fallback, func(s string) (time.Duration, *problem) {
		d, p := parseDuration(s)
		if p == nil && (d < low || d > high) {
			bounds := fmt.Sprintf("from %s to %s", formatDuration(low), formatDuration(high))
			p = &problem{fmt.Sprintf("%s is not %s", s, bounds), "write a time " + bounds}
		}
		return d, p
	})
}

// oneOf reads a word from a closed set; the first one is the default.
func oneOf[T ~string](v value, words ...T) T {
	return read(v, words[0], func(s string) (T, *problem) {
		names := make([]string, len(words))
		for i, w := range words {
			if string(w) == s {
				return w, nil
			}
			names[i] = string(w)
		}
		hint := "write " + orList(names)
		if near := Nearest(s, names); near != "" {
			hint = fmt.Sprintf("did you mean %q? %s", near, hint)
		}
		return "", &problem{fmt.Sprintf("%q is not one of %s", s, strings.Join(names, ", ")), hint}
	})
}

func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// path reads the name of a file; a relative one is taken from the directory of the configuration.
func (v value) path(fallback string) string {
	return read(v, fallback, func(s string) (string, *problem) {
		if s == "" {
			return "", &problem{"the file name is empty", "write a path such as /etc/rollcall/name"}
		}
		if filepath.IsAbs(s) {
			return filepath.Clean(s), nil
		}
		return filepath.Join(v.doc.dir, s), nil
	})
}

// parseAddr reads an IPv4 address that a host can have.
func parseAddr(s string) (netip.Addr, *problem) {
	a, err := netip.ParseAddr(s)
	switch {
	case err != nil:
		return a, &problem{fmt.Sprintf("%q is not an IPv4 address", s), "write an address such as 10.20.0.1"}
	case !a.Is4():
		return netip.Addr{}, &problem{fmt.Sprintf("%s is not IPv4; DHCPv4 knows no other addresses", s), "write an address such as 10.20.0.1"}
	}
	return a, nil
}

// parseHost reads the address of one host: nothing that stands for all, for a group, or for whoever asks.
func parseHost(s string) (netip.Addr, *problem) {
	a, p := parseAddr(s)
	if p == nil && (a.IsUnspecified() || a.IsMulticast() || a.IsLoopback() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255})) {
		return netip.Addr{}, &problem{fmt.Sprintf("%s is not the address of a host", s), "write an address such as 10.20.0.1"}
	}
	return a, p
}

// parsePrefix reads an IPv4 network. Host bits are a mistake: whoever wrote them meant either the network or the host.
func parsePrefix(s string) (netip.Prefix, *problem) {
	const example = "write a network such as 10.20.0.0/22"
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil && !strings.Contains(s, "/"):
		if a, aerr := netip.ParseAddr(s); aerr == nil && a.Is4() {
			return p, &problem{fmt.Sprintf("%q has no prefix length", s), fmt.Sprintf("write the length of the network, as in %s", a.String()+"/24")}
		}
		return p, &problem{fmt.Sprintf("%q is not an IPv4 network", s), example}
	case err != nil:
		return p, &problem{fmt.Sprintf("%q is not an IPv4 network", s), example}
	case !p.Addr().Is4():
		return netip.Prefix{}, &problem{fmt.Sprintf("%s is not IPv4; DHCPv4 knows no other addresses", s), example}
	case p.Masked() != p:
		return netip.Prefix{}, &problem{fmt.Sprintf("%s has bits set behind its length", s), "the network is " + p.Masked().String()}
	}
	return p, nil
}

// parseAllowed reads a network, or one address, which is a network of its own.
func parseAllowed(s string) (netip.Prefix, *problem) {
	if strings.Contains(s, "/") {
		return parsePrefix(s)
	}
	a, p := parseAddr(s)
	if p != nil {
		return netip.Prefix{}, p
	}
	return netip.PrefixFrom(a, 32), nil
}
