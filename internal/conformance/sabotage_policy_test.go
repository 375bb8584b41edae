package conformance_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// policies are the cases that play with a policy.
func policies(t *testing.T) (list []*kase) {
	groups, err := table()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		for _, c := range g.Cases {
			if len(c.Policy) > 0 && len(c.Refused) == 0 && c.playable("rules") == "" {
				list = append(list, c)
			}
		}
	}
	if len(list) == 0 {
		t.Fatal("no case has a policy")
	}
	return list
}

// TestPolicyMatters: no case of a policy passes without it.
func TestPolicyMatters(t *testing.T) {
	for _, c := range policies(t) {
		bare := *c
		bare.change, bare.Steps = c.withoutPolicy(), slices.Clone(c.Steps)
		for i := range bare.Steps {
			if r := bare.Steps[i].Reload; r != nil {
				without := r.withoutPolicy()
				bare.Steps[i].Reload = &without
			}
		}
		if len(bare.play(startRules)) == 0 {
			t.Errorf("%s passes without its policy", c.Name)
		}
	}
}

func (m change) withoutPolicy() change {
	m.Policy, m.Leased = nil, maps.Clone(m.Leased)
	delete(m.Leased, "policy")
	return m
}

// TestPolicySabotage: an answer under a policy passes only as the case wants it. Each is held back once, and spoilt once in each thing
// that the case says of it; and each silence is broken.
func TestPolicySabotage(t *testing.T) {
	played := 0
	for _, c := range policies(t) {
		nth := 0
		for _, s := range c.Steps {
			if s.Send == "" {
				continue
			}
			for what, spoil := range spoilers(s.Want) {
				played++
				wrong := c.play(func(c *kase, file []byte) (server, error) {
					srv, err := startRules(c, file)
					return &spoiler{server: srv, nth: nth, spoil: spoil}, err
				})
				if len(wrong) == 0 {
					t.Errorf("%s: %s with %s passes: want %s", c.Name, s.Send, what, s.Want)
				}
			}
			nth += max(s.Repeat, 1)
		}
	}
	if played < 500 {
		t.Errorf("%d answers were spoilt; there are more to spoil", played)
	}
}

// spoiler is a server that spoils its answer to the nth message. r is nil for silence.
type spoiler struct {
	server
	nth   int
	last  *reply
	spoil func(r, last *reply) *reply
}

func (s *spoiler) exchange(q *query, silent bool) (*reply, error) {
	r, err := s.server.exchange(q, silent)
	if r != nil && r.payload != nil {
		s.last = r
	}
	if s.nth--; err == nil && s.nth == -1 {
		r = s.spoil(r, s.last)
	}
	return r, err
}

// spoilers are ways to spoil an answer for a step that wants this, by what is wrong then.
func spoilers(want string) map[string]func(r, last *reply) *reply {
	list := words(want)
	if len(list) == 0 || list[0] == "silence" {
		return map[string]func(r, last *reply) *reply{"an answer": func(_, last *reply) *reply {
			if last == nil {
				return &reply{payload: []byte("garbage")}
			}
			return last
		}}
	}
	all := map[string]func(r, last *reply) *reply{"no answer": func(_, _ *reply) *reply { return nil }}
	at := func(n int) func(r, last *reply) *reply {
		return func(r, _ *reply) *reply {
			r.payload[n] ^= 0x80
			return r
		}
	}
	for _, w := range list[1:] {
		key, value, equal := strings.Cut(w, "=")
		if code, err := strconv.Atoi(strings.TrimPrefix(w, "!")); err == nil && strings.HasPrefix(w, "!") {
			all["option "+key[1:]] = func(r, _ *reply) *reply { return withOption(r, byte(code)) }
			continue
		}
		if code, err := strconv.Atoi(key); err == nil && equal && value != "" {
			all["another "+key] = func(r, _ *reply) *reply { return otherOption(r, byte(code)) }
			continue
		}
		if n, ok := map[string]int{"yiaddr": 19, "ciaddr": 12, "siaddr": 23, "sname": 44, "file": 108, "flags": 10}[key]; ok {
			all["another "+key] = at(n)
		}
		if key == "to" {
			all["another destination"] = func(r, _ *reply) *reply {
				r.dst = nobody
				return r
			}
		}
	}
	return all
}

// withOption puts an option of one octet in front of the others but the message type.
func withOption(r *reply, code byte) *reply {
	r.payload = slices.Insert(r.payload, 243, code, 1, 0)
	return r
}

// otherOption changes the value of an option, wherever in the message it is.
func otherOption(r *reply, code byte) *reply {
	for _, from := range []int{240, 108, 44} {
		for i := from; i+2 < len(r.payload) && r.payload[i] != 255 && r.payload[i] != 0; i += 2 + int(r.payload[i+1]) {
			if r.payload[i] == code && r.payload[i+1] > 0 {
				r.payload[i+2] ^= 0x80
				return r
			}
		}
	}
	return r
}
