package engine

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/option"
)

// Trace collects what decided, for explain. A nil Trace collects nothing, so that the packet's way does not pay for it.
type Trace struct {
	Steps  []Step
	passed []string // pools passed over on the way to the address
}

// Step is one rule: what it decided and because of what.
type Step struct {
	Subject, Outcome, Because string
	// Options are those that the answer carries, in the order of sending, in the step that tells of them.
	Options []Sent
}

// Sent is an option of the answer.
type Sent struct {
	Code  option.Code
	Value []byte
	// From is the level that says it, as in Option.From; "" for one of the server's making.
	From string
}

// Explain decides like Decide and says how. It goes past what only time or other packets would change: silence that is
// remembered and probes that are due are told, and the rules go on.
func Explain(s *State, q *Query, now time.Time) (Decision, []Step) {
	t := &Trace{}
	d := decide(s, q, now, nil, t)
	return d, t.Steps
}

func (c *decider) step(subject, outcome, because string) {
	c.trace.Steps = append(c.trace.Steps, Step{Subject: subject, Outcome: outcome, Because: because})
}

func (c *decider) traceMachine() {
	if c.trace == nil {
		return
	}
	where := "on link " + c.q.LinkName()
	if c.q.relayed() {
		where = "behind relay " + c.q.GIAddr.String()
	}
	if !c.known() {
		because := "no reservation matches"
		if c.network == nil {
			because = "no shared network to look in"
		}
		c.step("machine", fmt.Sprintf("stranger %v %s", c.q.HW, where), because)
		return
	}
	source := "by the API"
	if c.res.FromConfig {
		source = "in the configuration"
	}
	c.step("machine", fmt.Sprintf("known %v %s", c.q.HW, where),
		fmt.Sprintf("reservation %s %s: %s %s", c.res.ID, source, c.res.Kind, c.res.Identifier()))
}

func (c *decider) traceNetwork() {
	if c.trace == nil {
		return
	}
	q := c.q
	because := ""
	named, vlan := c.s.plan.networkOn(q)
	switch {
	case q.relayed() && q.linkSelection != 0:
		because = fmt.Sprintf("link selection (82/5) says %v, in subnet %s", q.linkSelection, c.at.Ref)
	case q.relayed() && q.subnetSelection != 0:
		because = fmt.Sprintf("subnet selection (118) says %v, in subnet %s", q.subnetSelection, c.at.Ref)
	case q.relayed():
		because = fmt.Sprintf("giaddr %v is in subnet %s", q.GIAddr, c.at.Ref)
	case q.CIAddr != 0 && q.unicast() && c.at != nil && c.at.Contains(q.CIAddr):
		because = fmt.Sprintf("ciaddr %v is in subnet %s", q.CIAddr, c.at.Ref)
	case named != nil:
		because = "the configuration names link " + string(appendLink(nil, q.Link.Name, vlan))
	default:
		because = fmt.Sprintf("link %s has %s", q.Link.Name, listIPs(q.Link.IPs))
	}
	c.step("shared network", c.network.String(), because)
	if c.network != nil && c.res == nil && c.pool == nil && c.s.isUnserved(c.network, c.q.who, c.sec) {
		c.step("silence", "its messages get no look now", "found to be served by nothing less than "+
			seconds(c.s.plan.UnservedFor)+" ago")
	}
	if s, ok := c.s.clients.suspended[c.q.who]; ok && c.sec < s.until {
		because := "it sent too much"
		if s.why == PolicySuspend {
			because = PolicySuspend.Text()
		}
		c.step("silence", "suspended for another "+seconds(s.until-c.sec), because)
	}
}

func listIPs(ips []IP) string {
	texts := make([]string, len(ips))
	for i, ip := range ips {
		texts[i] = ip.String()
	}
	if len(texts) == 0 {
		return "no address"
	}
	return strings.Join(texts, " and ")
}

func (c *decider) tracePass(why string) { c.trace.passed = append(c.trace.passed, why) }

func (c *decider) traceProbe() {
	if c.trace == nil {
		return
	}
	last := &c.trace.Steps[len(c.trace.Steps)-1]
	last.Because += "; probe is due before the offer"
}

// traceReserved is traceAddress for an address of its own.
func (c *decider) traceReserved() {
	if c.trace != nil {
		c.traceAddress(c.res.IP, c.saidByRes())
	}
}

func (c *decider) traceAddress(ip IP, because string) {
	if c.trace == nil {
		return
	}
	if sub := c.subnetOf(ip); sub != nil {
		why := strings.Join(c.trace.passed, "; ")
		if why == "" {
			why = "the subnet of its address"
		}
		c.step("subnet", sub.Ref+" "+sub.Prefix.String(), why)
	}
	c.step("address", ip.String(), because)
}

func (c *decider) traceLease(scope *Scope, t term) {
	if c.trace == nil || t.time == 0 {
		return
	}
	because := scope.Times.From
	switch {
	case c.leaseTime != 0:
		because = "policy"
	case c.given && c.assigned.LeaseTime != 0:
		because = c.assigned.By
	}
	if wish := c.q.leaseTime; wish != 0 && because == scope.Times.From {
		because = fmt.Sprintf("the client asks for %s; %s allows %s to %s", span(wish), because, span(scope.Times.Min), span(scope.Times.Max))
	}
	// Where they are not told, the client comes to the same by itself.
	if t1, ok := scope.Times.T1.of(t.time); ok && t.t1 == 0 && !c.amended.sets(AmendT1) {
		t.t1 = t1
	}
	if t2, ok := scope.Times.T2.of(t.time); ok && t.t2 == 0 && !c.amended.sets(AmendT2) {
		t.t2 = t2
	}
	outcome := span(t.time)
	switch {
	case t.t1 != 0 && t.t1 == t.t2:
		outcome += ", T1 and T2 " + span(t.t1)
	case t.t1 != 0 && t.t2 != 0 && t.time != Infinite:
		outcome += ", T1 " + span(t.t1) + ", T2 " + span(t.t2)
	case t.t1 != 0 && c.amended.sets(AmendT1):
		outcome += ", T1 " + span(t.t1)
	case t.t2 != 0 && c.amended.sets(AmendT2):
		outcome += ", T2 " + span(t.t2)
	}
	c.step("lease", outcome, because)
}

// span renders a lease time.
func span(n uint32) string {
	if n == Infinite {
		return "infinite"
	}
	return seconds(int64(n))
}

// traceReuse says that a lease is answered as it is.
func (c *decider) traceReuse(passed uint32) {
	if c.trace == nil || passed == 0 {
		return
	}
	c.step("renewal", "the lease as it is, without a write", "it is "+seconds(int64(passed))+" old, and may be reused")
}

// traceAddressless says that the client gets no address by intention.
func (c *decider) traceAddressless(because ...string) {
	if c.trace != nil {
		c.step("address", "none", strings.Join(because, ""))
	}
}

func (c *decider) traceClasses() {
	if c.trace == nil || c.classes == (bitmap{}) {
		return
	}
	var names, byName []string
	for _, cl := range c.s.plan.Classes {
		if c.classes.get(cl.index) {
			names = append(names, cl.Name)
		}
	}
	because, res := "what it sends", "its reservation"
	if c.given {
		res = "its definition"
	}
	if c.res != nil && c.res.Details != nil {
		for _, name := range c.res.Details.Classes {
			if slices.Contains(names, name) {
				byName = append(byName, name)
			}
		}
	}
	switch {
	case len(byName) > 0 && len(byName) == len(names):
		because = res
	case len(byName) > 0:
		because += "; " + strings.Join(byName, ", ") + " by " + res
	}
	c.step("classes", strings.Join(names, ", "), because)
}

// seconds renders a number of seconds as 2m or 1m57s, without the zeros of time.Duration.
func seconds(n int64) string {
	text := (time.Duration(n) * time.Second).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// optionsStep is the subject of the step that tells of the options.
const optionsStep = "options"

func (c *decider) traceOptions(list option.List, base *Options) {
	if c.trace == nil {
		return
	}
	var codes []int
	var sent []Sent
	from := map[string][]int{}
	for code, value := range list.All() {
		s := Sent{Code: code, Value: value}
		if o := c.find(code, base); o != nil && o.Value != nil {
			s.From = o.From
		}
		if code == option.HostName && c.out.reserved { // which comes before the configured one
			s.From = c.saidByRes()
		}
		if c.edited.get(uint8(code)) {
			s.From = "policy"
		}
		if s.From != "" {
			from[s.From] = append(from[s.From], int(code))
		}
		codes, sent = append(codes, int(code)), append(sent, s)
	}
	because := "all of the server's making"
	var parts []string
	for _, level := range slices.Sorted(maps.Keys(from)) {
		slices.Sort(from[level])
		parts = append(parts, numbers(from[level])+" from "+level)
	}
	if len(parts) > 0 {
		because = strings.Join(parts, ", ")
		if n := len(codes) - count(from); n > 0 {
			because += ", the rest of the server's making"
		}
	}
	slices.Sort(codes)
	c.step(optionsStep, numbers(codes), because)
	c.trace.Steps[len(c.trace.Steps)-1].Options = sent
}

func count(m map[string][]int) (n int) {
	for _, v := range m {
		n += len(v)
	}
	return n
}

func numbers(codes []int) string {
	var b strings.Builder
	for i, n := range codes {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}

func (c *decider) traceAnswer(d *Decision) {
	if c.trace == nil || d.Ask != 0 {
		return
	}
	c.traceBoot(d)
	c.traceReply()
	q := c.q
	switch {
	case d.Kind == Drop:
		passed := ""
		if len(c.trace.passed) > 0 && d.Subnet == nil {
			passed = ": " + strings.Join(c.trace.passed, "; ")
		}
		c.step("answer", "none ("+string(d.Reason)+")", d.Reason.Text()+passed)
	case q.relayed():
		c.step("answer", fmt.Sprintf("%v, to relay %v", d.Kind, q.GIAddr), because(d, "giaddr is set"))
	case q.bootPort() != dhcpPort && q.CIAddr != 0:
		c.step("answer", fmt.Sprintf("%v, unicast to %v, to the port that it came from", d.Kind, q.CIAddr), because(d, onPort(q)))
	case q.bootPort() != dhcpPort:
		c.step("answer", fmt.Sprintf("%v, to where it came from, else broadcast", d.Kind), because(d, onPort(q)))
	case d.Broadcast && c.alone:
		c.step("answer", fmt.Sprintf("%v, broadcast", d.Kind), "another server gives the address")
	case d.Broadcast:
		c.step("answer", fmt.Sprintf("%v, broadcast", d.Kind), "its firmware takes no other before it has an address")
	case d.Kind == Nak:
		c.step("answer", "NAK, broadcast", because(d, ""))
	case q.CIAddr != 0:
		c.step("answer", fmt.Sprintf("%v, unicast to %v", d.Kind, q.CIAddr), "ciaddr is set")
	case d.IP == 0:
		c.step("answer", fmt.Sprintf("%v, broadcast", d.Kind), "there is no address to unicast it to")
	case q.Flags&flagBroadcast != 0:
		c.step("answer", fmt.Sprintf("%v, broadcast", d.Kind), "broadcast flag set")
	case q.HW.Len != 6 || q.HW.Octets[0]&1 != 0:
		c.step("answer", fmt.Sprintf("%v, broadcast", d.Kind), "the hardware address is not that of one machine on Ethernet")
	default:
		c.step("answer", fmt.Sprintf("%v, unicast to %v", d.Kind, q.HW), "broadcast flag clear")
	}
}

func because(d *Decision, otherwise string) string {
	if d.Reason != "" {
		return fmt.Sprintf("%s (%s)", d.Reason.Text(), d.Reason)
	}
	return otherwise
}

func onPort(q *Query) string { return "it came to port " + strconv.Itoa(int(q.Port)) }
