package replay_test

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy"
	"rollcall/leased/policy/replay"
)

// What random scripts assign, to whatever there is.
var (
	fields = strings.Fields("kind yiaddr siaddr sname file broadcast lease_time t1 t2 message options nosuch")
	values = []string{
		`0`, `-1`, `1`, `2`, `20`, `29`, `30`, `59`, `60`, `61`, `4294967294`, `4294967295`, `4294967296`, `1 << 70`, `True`, `False`, `None`, `""`,
		`"infinite"`, `"8h"`, `"-5s"`, `"0"`, `b""`, `b"\x00\x00\x00\x00"`, `b"\xff\xff\xff\xff"`, `b"\x00\x00\x00\x05"`, `"x" * 300`,
		`"x" * 2000`, `b"x" * 1200`, `"a\x00b\n\x1b[31m"`, `[]`, `["10.0.0.1"]`, `[1]`, `{}`, `{"x": 1}`, `{1: b"a"}`, `(1, 2)`, `"10.0.0.1"`,
		`"255.255.255.255"`, `"0.0.0.0"`, `1.5`, `[None]`, `[[1]]`, `"hex:00"`, `request.options`, `reply.options`, `lease.extra`, `"NAK"`, `"ACK"`,
		`"OFFER"`, `request.time`, `lease`, `[b"a", "b"]`, `"x\\." * 40`,
	}
)

// randomScript edits answers at random. Half of its edits are of what counts for the lease.
func randomScript(r *rand.Rand) string {
	names := option.Standard()
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	var b strings.Builder
	b.WriteString("def unknown(request):\n    return " + pick([]string{"None", "None", `"guests"`, `"nak"`, `"ignore"`, `"nowhere"`,
		`definition(address = "10.99.0.77")`, `definition(subnet = "lobby", lease_time = ` + pick([]string{"5", "600", `"infinite"`}) + `)`,
		`definition(address = "10.99.0.50", hostname = "x")`, `definition(address = "10.1.2.3")`}) + "\n")
	for n := range 2 {
		fmt.Fprintf(&b, "def edit%d(request, lease, reply):\n", n)
		for range 1 + r.IntN(3) {
			if r.IntN(3) == 0 {
				fmt.Fprintf(&b, "    if request.kind == %q: return %s\n", pick([]string{"DISCOVER", "REQUEST:SELECTING", "REQUEST:RENEW", "INFORM"}),
					pick([]string{"False", "None"}))
			}
			code := 1 + r.IntN(254)
			if r.IntN(2) == 0 {
				code = []int{51, 58, 59, 54, 53, 61, 82, 50, 55, 57, 52, 3, 12, 43, 56, 67, 66}[r.IntN(17)]
			}
			key := fmt.Sprint(code)
			if r.IntN(2) == 0 {
				key = fmt.Sprintf("%q", names.ByCode(option.Code(code)).Name)
			}
			switch r.IntN(5) {
			case 0:
				fmt.Fprintf(&b, "    reply.options.%s(%s)\n", pick([]string{"pop", "delete"}), key)
			case 1, 2:
				fmt.Fprintf(&b, "    reply.options[%s] = %s\n", key, pick(values))
			default:
				fmt.Fprintf(&b, "    reply.%s = %s\n", pick(fields), pick(values))
			}
		}
	}
	// What fails in the first half is undone; the second goes on from there.
	b.WriteString("def reply(request, lease, reply):\n    return edit" + pick([]string{"0", "1"}) + "(request, lease, reply)\n")
	return b.String()
}

// Whatever a script sets, an answer is one that the protocol allows, and promises no more than is written.
func TestAnswersOfRandomScripts(t *testing.T) {
	for seed := range uint64(300) {
		script := randomScript(rand.New(rand.NewPCG(seed, 0)))
		w := newWorld(t, script)
		ends := map[engine.IP]int64{}
		check := func(at time.Duration, o replay.Outcome) replay.Outcome {
			t.Helper()
			if wrong := wrongWith(o, noon.Add(at).Unix(), ends); wrong != "" {
				t.Errorf("seed %d: %s\n%v %v\n%s", seed, wrong, o.Decision, o.Policy, script)
			}
			return o
		}
		first := check(0, w.discover(0, 1))
		granted := check(time.Second, w.selects(time.Second, 1, first))
		check(2*time.Second, w.discover(2*time.Second, 2))
		if ip := granted.Decision.IP; ip != 0 {
			check(20*time.Second, w.play(20*time.Second, 1, engine.Request, ip, nil))
			check(40*time.Second, w.play(40*time.Second, 1, engine.Inform, ip, nil))
			check(58*time.Second, w.play(58*time.Second, 1, engine.Request, ip, nil))
		}
		check(90*time.Second, w.selects(90*time.Second, 3, check(90*time.Second, w.discover(90*time.Second, 3))))
	}
}

// wrongWith says what is wrong with an answer, "" for nothing. Ends is until when leases are written to hold.
func wrongWith(o replay.Outcome, now int64, ends map[engine.IP]int64) string {
	d := &o.Decision
	for _, s := range o.Policy {
		if msg, _ := policy.FailureIn(s); strings.Contains(msg, "internal") {
			return msg
		}
	}
	for _, l := range d.Commit.Leases {
		if l.State != engine.Active {
			delete(ends, l.IP)
			continue
		}
		if ends[l.IP] = l.Expires; l.Holds(now) && l.CLTT == now && d.Kind != engine.Ack {
			return fmt.Sprintf("%v writes a lease of %v", d.Kind, l.IP)
		}
	}
	if d.Kind == engine.Drop {
		return ""
	}
	have := map[option.Code]string{}
	for code, value := range d.Options.All() {
		if _, twice := have[code]; twice {
			return fmt.Sprintf("option %d is there twice", code)
		}
		have[code] = string(value)
	}
	nakHas := 1 // the server identifier
	if _, there := have[option.Message]; there {
		nakHas++
	}
	number := func(code option.Code) uint32 {
		if v := have[code]; len(v) == 4 {
			return binary.BigEndian.Uint32([]byte(v))
		}
		return 0
	}
	for _, code := range []option.Code{option.Pad, option.End, option.RequestedAddress, option.Overload, option.MessageType,
		option.ParameterRequestList, option.MaxMessageSize, option.ClientID, option.RelayAgentInfo} {
		if _, there := have[code]; there {
			return fmt.Sprintf("option %d is not the policy's", code)
		}
	}
	told, t1, t2 := number(option.LeaseTime), number(option.RenewalTime), number(option.RebindingTime)
	switch {
	case number(option.ServerID) != 0x0a630001:
		return "the server identifier has changed"
	case d.Kind == engine.Nak && len(have) > nakHas:
		return fmt.Sprintf("a NAK has the options %v", slices.Sorted(maps.Keys(have)))
	case t1 != 0 && t1 >= told || t2 != 0 && t2 >= told || t1 != 0 && t2 != 0 && t1 > t2:
		return fmt.Sprintf("T1 %d, T2 %d of %d", t1, t2, told)
	case len(d.File) > 127 || len(d.ServerName) > 63 || strings.Contains(d.File+d.ServerName, "\x00"):
		return "the header is too small"
	}
	if d.Kind == engine.Ack && told != 0 {
		switch end := ends[d.IP]; {
		case told == engine.Infinite && end != engine.Never:
			return "a lease without end is told, and not written"
		case told != engine.Infinite && now+int64(told) > end && end != engine.Never:
			return fmt.Sprintf("%d s are told, and %d are written", told, end-now)
		}
	}
	return ""
}
