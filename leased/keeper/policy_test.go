package keeper_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
)

// rule is a policy for tests: each of its functions may be nil.
type rule struct {
	filter  func(q *engine.Query, f *engine.Facts, v *engine.Verdict)
	consult func(q *engine.Query, d *engine.Decision, v *engine.Verdict)

	mu    sync.Mutex
	asked []engine.Stages
}

func (r *rule) Filter(_ time.Time, q *engine.Query, f *engine.Facts) {
	if r.filter != nil {
		r.filter(q, f, q.Verdict)
	}
}

func (r *rule) Consult(_ time.Time, q *engine.Query, d *engine.Decision) {
	r.mu.Lock()
	r.asked = append(r.asked, d.Ask)
	r.mu.Unlock()
	if r.consult != nil {
		r.consult(q, d, q.Verdict)
	}
}

// rounds returns how often it was consulted since the last call.
func (r *rule) rounds() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.asked)
	r.asked = nil
	return n
}

// underPolicy is inLab with a policy at these stages.
func underPolicy(t *testing.T, stages engine.Stages, p *rule, set func(*lab, *engine.Settings), f func(*lab)) {
	t.Helper()
	inLab(t, func(l *lab, s *engine.Settings) {
		noScan(l, s)
		l.policy, l.stages = p, stages
		if set != nil {
			set(l, s)
		}
	}, f)
}

// What a policy makes of an answer is what is written: the client is told no more than that, and not before.
func TestAmendedLeaseIsDurableBeforeVisible(t *testing.T) {
	p := &rule{consult: func(q *engine.Query, d *engine.Decision, v *engine.Verdict) {
		v.Reply.Sets, v.Reply.LeaseTime = engine.AmendLeaseTime, 77
		v.Reply.Options = append(v.Reply.Options, engine.OptionEdit{Code: option.DomainName, Value: []byte("x")})
	}}
	underPolicy(t, engine.StageReply, p, func(l *lab, _ *engine.Settings) { l.disk.sync = 50 * time.Millisecond }, func(l *lab) {
		time.Sleep(time.Second)
		l.ask(l.query(engine.Discover, "a", ""))
		offer := l.only()
		if offer.kind != engine.Offer || p.rounds() != 1 {
			t.Fatalf("came %+v", offer)
		}
		l.ask(l.query(engine.Request, "a", offer.ip))
		time.Sleep(49 * time.Millisecond)
		l.none()
		time.Sleep(10 * time.Millisecond)
		got := l.only()
		if held := l.disk.lease(got.ip); got.kind != engine.Ack || held == nil || held.Expires-held.CLTT != 77 {
			t.Errorf("came %+v; on disk is %+v", got, held)
		}
	})
}

// Strangers of one batch get an address each, though the policy hears of them before any is answered.
func TestStrangersOfOneBatch(t *testing.T) {
	p := &rule{}
	underPolicy(t, engine.StageReply, p, grantAtOnce, func(l *lab) {
		l.ask(l.query(engine.Discover, "a", ""), l.query(engine.Discover, "b", ""), l.rapid("c"), l.bootp("d"), l.rapid("e"))
		time.Sleep(time.Second)
		synctest.Wait()
		ips := map[string]bool{}
		for _, a := range l.desk.take() {
			ips[a.ip] = true
		}
		if len(ips) != 5 || p.rounds() != 5 {
			t.Errorf("five machines were told of %v", ips)
		}
	})
}

var _ keeper.Policy = &rule{}
