//go:build netns

package e2e_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/dhcptest"
)

// everything reads all that there is of a message, and changes nothing but events.
const everything = `
def look(x):
    for name in dir(x):
        value = getattr(x, name)
        if type(value) != "builtin_function_or_method":
            str(value)

def options(o):
    for name in o:
        str(o[name]) + str(o.raw(name))
    for code in range(1, 255):
        if code in o:
            str(o[code])

def filter(request):
    look(request)
    options(request.options)
    if request.relay:
        look(request.relay)
    if request.lease_held:
        look(request.lease_held)
    return True

def unknown(request):
    look(request)
    return None

def reply(request, lease, reply):
    look(request)
    look(lease)
    look(reply)
    options(reply.options)

def event(e):
    look(e)
    e.annotations["class"] = (e.vendor_class or "")[:100]
    e.annotations["called"] = (e.hostname or "")[:100]
`

// junk are the modifiers of a message with options of any content and length.
func junk(seed uint64) []dhcptest.Modifier {
	r := rand.New(rand.NewPCG(seed, 0))
	mods := []dhcptest.Modifier{dhcptest.Giaddr(crowdRelay), dhcptest.Secs(uint16(r.Uint32()))}
	if r.IntN(2) == 0 {
		mods = append(mods, dhcptest.Junk())
	}
	for range 1 + r.IntN(12) {
		code := uint8(1 + r.IntN(254))
		switch code {
		case 53, 118: // what it is, and a subnet that it may want to be in
			continue
		}
		value := make([]byte, r.IntN([]int{1, 2, 5, 20, 300}[r.IntN(5)]))
		for i := range value {
			value[i] = []byte{0, 1, 'a', 0x7f, 0xc3, 0xff, byte(r.Uint32())}[r.IntN(7)]
		}
		mods = append(mods, dhcptest.Option(code, value))
	}
	return mods
}

// junkAnswers sends DISCOVERs full of junk and returns what they were answered; nil for nothing.
func (p *policyWorld) junkAnswers(n int) []any {
	p.Helper()
	const atOnce = 64
	replies, errs := make([][]byte, n), make([]error, n)
	room := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for i := range n {
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			m := machine{p.crowd, fmt.Sprintf("52:54:03:00:%02x:%02x", byte(i>>8), byte(i)), junk(uint64(i))}
			payload := dhcptest.Discover(m.mac, m.with()...)
			for c := range 64 + 128 { // sname and file without an end, and no text, now and then
				if i%3 == 0 && payload[44+c] == 0 {
					payload[44+c] = 0xff
				}
			}
			for range 3 {
				if replies[i], errs[i] = m.via.ask(payload, patience/2); replies[i] != nil {
					break
				}
			}
		})
	}
	wg.Wait()
	answers := make([]any, n)
	for i, b := range replies {
		if errs[i] != nil {
			p.Fatal(errs[i])
		}
		if b != nil {
			r := dhcptest.Parse(p, b)
			r.XID, r.YIAddr = 0, netip.Addr{} // offers do not outlive a reload
			answers[i] = fmt.Sprintf("%+v", r)
		}
	}
	return answers
}

// A policy that looks at everything changes nothing and never fails, whatever clients send; and what it adds to events can be read.
func TestPolicyReadsEverything(t *testing.T) {
	t.Parallel()
	const messages = 400
	p := newPolicyWorld(t, "reading-policy")
	want := p.junkAnswers(messages)
	if dropped := len(slices.DeleteFunc(slices.Clone(want), func(a any) bool { return a != nil })); dropped > messages/2 {
		t.Fatalf("%d of %d messages are not answered", dropped, messages)
	}
	p.configure(p.withPolicy(everything, "steps: 1000000", "timeout: 1s"))
	p.must("reload")
	if diff := cmp.Diff(want, p.junkAnswers(messages)); diff != "" {
		t.Errorf("answers (-without the policy +with it):\n%s", diff)
	}
	p.othersUnchanged()
	m := machine{p.crowd, "52:54:03:01:00:00", []dhcptest.Modifier{
		dhcptest.Giaddr(crowdRelay), dhcptest.VendorClass("\xff\xfeclass\x00"), dhcptest.HostName("box"),
	}}
	m.dora(t)
	var events []struct {
		Hardware    string            `json:"hardware"`
		Annotations map[string]string `json:"annotations"`
	}
	p.wait("annotated events", soon, func() (bool, error) {
		out := p.must("event", "list", "--machine", m.mac, "-o", "json")
		if err := json.Unmarshal([]byte(out), &events); err != nil || len(events) < 2 {
			return false, fmt.Errorf("%w in %s", err, out)
		}
		for _, e := range events {
			if e.Annotations["called"] != "box" || e.Annotations["class"] == "" || !utf8.ValidString(e.Annotations["class"]) {
				return false, fmt.Errorf("annotations %q", e.Annotations)
			}
		}
		return true, nil
	})
	for _, hook := range []string{"filter", "unknown", "reply", "event"} {
		if n := p.metric("up", "rollcall_policy_calls_total", fmt.Sprintf("hook=%q", hook)); n == 0 {
			t.Errorf("%s was not called", hook)
		}
		for kind, n := range p.failures(hook) {
			if n > 0 {
				t.Errorf("%s failed %v times: %s", hook, n, kind)
			}
		}
	}
}
