package lab

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	leasedv1 "rollcall/proto/leased/v1"
)

// stepLimit is how long a step may take that waits for no lease to end.
const stepLimit = 15 * time.Second

// passersBy is how many strangers ask for the squatter's address.
const passersBy = 4

// step is a step of the story.
type step struct {
	title string
	run   func(l *lab, ctx context.Context) error
}

// story is what the lab tells, in order.
var story = []step{
	{"services", (*lab).services},
	{"squatter", (*lab).squatted},
	{"registered", (*lab).recognised},
	{"stranger", (*lab).welcomed},
	{"webhook", (*lab).reported},
	{"move", (*lab).moved},
	{"SIGKILL", (*lab).survived},
	{"renewal", (*lab).renewed},
}

// tell tells the story up to the first step that fails.
func (l *lab) tell(ctx context.Context) error {
	for _, s := range story {
		if err := s.run(l, ctx); err != nil {
			return fmt.Errorf("step %q failed: %w", s.title, err)
		}
	}
	l.say("end", "all of it in %.1f s", time.Since(l.begin).Seconds())
	return nil
}

// services: three processes of one binary come up, in any order.
func (l *lab) services(ctx context.Context) error {
	for _, name := range []string{"frontend", "webhookd", "leased"} {
		if _, err := l.service(name); err != nil {
			return err
		}
	}
	if err := l.ready(ctx, "frontend", frontendHTTP); err != nil {
		return err
	}
	if err := l.ready(ctx, "leased", leasedHTTP); err != nil {
		return err
	}
	if err := l.ready(ctx, "webhookd", webhookdHTTP); err != nil {
		return err
	}
	l.say("services", "leased, frontend and webhookd are up; /readyz of each is green")
	return nil
}

// squatted: a host sits on an address of the pool, and keeps it.
func (l *lab) squatted(ctx context.Context) error {
	var lease *leasedv1.Lease
	err := Wait(ctx, "lease of the squatter on "+squatterAddr.String(), stepLimit, func(ctx context.Context) (ok bool, err error) {
		lease, err = l.lease(ctx, squatterAddr)
		return err == nil, err
	})
	if err != nil {
		return err
	}
	if lease.GetHardware() != squatterHW.String() || !lease.GetFoundByArp() {
		return fmt.Errorf("lease of %s: holder %s, found by ARP %v; want %s and true",
			squatterAddr, lease.GetHardware(), lease.GetFoundByArp(), squatterHW)
	}
	l.say("squatter", "somebody sits on %s of the pool; ARP finds %s, and it is listed as its lease", squatterAddr, lease.GetHardware())

	offered, err := crowd(ctx, l.bystander, passersBy, squatterAddr)
	if err != nil {
		return err
	}
	if slices.Contains(offered, squatterAddr) {
		return fmt.Errorf("%s was offered although it is in use", squatterAddr)
	}
	slices.SortFunc(offered, netip.Addr.Compare)
	l.say("squatter", "%d passers-by ask for that address and are offered %s", passersBy, list(offered))
	return nil
}

// recognised: the machine with a reservation gets its own address.
func (l *lab) recognised(ctx context.Context) error {
	begin := time.Now()
	if _, err := l.start(udhcpc(l.registered, l.dir)); err != nil {
		return err
	}
	if err := l.has(ctx, l.registered, registeredAddr, stepLimit); err != nil {
		return err
	}
	l.say("registered", "%s is on the roll: udhcpc has its own address, %s, after %s", registeredHW, registeredAddr, since(begin))
	return nil
}

// welcomed: a machine that nobody knows gets a guest lease.
func (l *lab) welcomed(ctx context.Context) error {
	begin := time.Now()
	if _, err := l.start(dhclient(l.stranger, l.dir)); err != nil {
		return err
	}
	var guest netip.Addr
	err := Wait(ctx, "guest address of the stranger", stepLimit, func(context.Context) (bool, error) {
		addrs, err := l.stranger.Addrs()
		if len(addrs) > 0 {
			guest = addrs[0].Addr()
		}
		return guest.IsValid(), err
	})
	if err != nil {
		return err
	}
	if guest.Less(guestFirst) || guestLast.Less(guest) || guest == squatterAddr {
		return fmt.Errorf("stranger has %s, which is no guest address", guest)
	}
	lease, err := l.lease(ctx, guest)
	if err != nil {
		return err
	}
	length := lease.GetExpires().AsTime().Sub(lease.GetCltt().AsTime())
	l.say("stranger", "%s is not: dhclient has %s in the lobby for %v, after %s", strangerHW, guest, length, since(begin))
	return nil
}

// reported: the registration desk hears of the stranger, and enrols it.
func (l *lab) reported(ctx context.Context) error {
	n, err := l.notice(ctx, kindUnknown, strangerHW, netip.Addr{})
	if err != nil {
		return err
	}
	l.tellNotice(n)
	if n, err = l.notice(ctx, kindGranted, strangerHW, netip.Addr{}); err != nil {
		return err
	}
	l.tellNotice(n)
	if n.Enrolled == nil {
		return fmt.Errorf("the desk was told of the lease of %s and did not enrol %s", n.Address, n.Hardware)
	}
	return nil
}

// moved: at its next renewal the enrolled machine is refused, begins anew, and has
// the address of its reservation.
func (l *lab) moved(ctx context.Context) error {
	log := l.process("stranger")
	limit := stepLimit
	if !l.once {
		limit += guestTime
		l.say("move", "now to wait for the stranger's next renewal, at the latest 97.5%% into its %v (T1)", guestTime)
	}
	err := Wait(ctx, "refusal of the stranger's renewal", limit, func(context.Context) (bool, error) { return log.Said("DHCPNAK from") })
	if err != nil {
		return err
	}
	l.say("move", "the stranger renews and is refused (DHCPNAK): it belongs elsewhere now")
	if err := l.has(ctx, l.stranger, enrolledAddr, stepLimit); err != nil {
		return err
	}
	lease, err := l.lease(ctx, enrolledAddr)
	if err != nil {
		return err
	}
	if lease.GetHardware() != strangerHW.String() || !lease.GetReserved() {
		return fmt.Errorf("lease of %s: holder %s, reserved %v; want %s and true",
			enrolledAddr, lease.GetHardware(), lease.GetReserved(), strangerHW)
	}
	l.say("move", "it asks again and has %s, in the %s, as %s", enrolledAddr, lease.GetSubnet(), lease.GetHostname())
	n, err := l.notice(ctx, kindGranted, strangerHW, enrolledAddr)
	if err != nil {
		return err
	}
	l.tellNotice(n)
	return nil
}

// survived: what was acknowledged is on disk, so a crash loses none of it.
func (l *lab) survived(ctx context.Context) error {
	before, err := l.table(ctx)
	if err != nil {
		return err
	}
	leased := l.process("leased")
	leased.Kill()
	err = Wait(ctx, "frontend not ready without leased", stepLimit, func(ctx context.Context) (bool, error) {
		ok, err := l.green(ctx, frontendHTTP)
		return err == nil && !ok, err
	})
	if err != nil {
		return err
	}
	l.say("SIGKILL", "leased (pid %d) is killed; the frontend says that it is not ready", leased.PID())

	begin := time.Now()
	if leased, err = l.service("leased"); err != nil {
		return err
	}
	if err := l.ready(ctx, "frontend", frontendHTTP); err != nil {
		return err
	}
	took := since(begin)
	after, err := l.table(ctx)
	if err != nil {
		return err
	}
	if err := compare(before, after); err != nil {
		return err
	}
	l.say("SIGKILL", "leased (pid %d) is back with every lease, and the frontend ready again after %s:", leased.PID(), took)
	for _, r := range after {
		if r.active() {
			l.say("SIGKILL", "  %s", r)
		}
	}
	return nil
}

// renewed: the leased that came back serves a client that never noticed.
func (l *lab) renewed(ctx context.Context) error {
	before, err := l.lease(ctx, registeredAddr)
	if err != nil {
		return err
	}
	if err := l.process("testbox").Signal(syscall.SIGUSR1); err != nil {
		return err
	}
	err = Wait(ctx, "renewal of "+registeredAddr.String(), stepLimit, func(ctx context.Context) (bool, error) {
		now, err := l.lease(ctx, registeredAddr)
		return err == nil && now.GetRenewals() > before.GetRenewals(), err
	})
	if err != nil {
		return err
	}
	l.say("renewal", "the registered machine renews %s with it", registeredAddr)
	return nil
}

// ready waits until a service says that it is.
func (l *lab) ready(ctx context.Context, name, address string) error {
	return Wait(ctx, name+" ready", stepLimit, func(ctx context.Context) (bool, error) { return l.green(ctx, address) })
}

// green asks for /readyz. The error says what is missing.
func (l *lab) green(ctx context.Context, address string) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return false, err
	}
	resp, err := l.web.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK, nil
}

// has waits until the interface of h has the address a.
func (l *lab) has(ctx context.Context, h *Host, a netip.Addr, limit time.Duration) error {
	return Wait(ctx, h.Name+" has "+a.String(), limit, func(context.Context) (bool, error) { return h.Has(a) })
}

// process returns the program of that name that was started last.
func (l *lab) process(name string) *Process {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.procs) - 1; i >= 0; i-- {
		if l.procs[i].Name == name {
			return l.procs[i]
		}
	}
	panic("lab: no process " + name)
}

// tellNotice tells of a webhook.
func (l *lab) tellNotice(n notice) {
	what := n.Hardware
	switch {
	case n.Kind == kindUnknown && n.Address != "":
		what += " is offered " + n.Address
	case n.Address != "":
		what += " has " + n.Address
	}
	if n.Previous != "" {
		what += ", left " + n.Previous
	}
	l.say("webhook", "%s, signature verified: %s", n.Kind, what)
	if r := n.Enrolled; r != nil {
		l.say("desk", "enrols %s as %s at %s (reservation %s)", r.GetHardware(), r.GetHostname(), r.GetAddress(), r.GetId())
	}
}

func list(addrs []netip.Addr) string {
	words := make([]string, len(addrs))
	for i, a := range addrs {
		words[i] = a.String()
	}
	return strings.Join(words, ", ")
}

// since says how long something took.
func since(begin time.Time) string {
	return fmt.Sprintf("%.1f s", time.Since(begin).Seconds())
}
