package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/internal/event"
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

// amend is a policy that changes every answer so.
func amend(a engine.Amendment) *rule {
	return &rule{consult: func(_ *engine.Query, d *engine.Decision, v *engine.Verdict) {
		if d.Ask == engine.StageReply {
			v.Reply = a
		}
	}}
}

// offered returns how many addresses are held, and free how many are not used.
func (l *lab) offered() (offered int) {
	l.view(func(s *engine.State, _ time.Time) { offered = s.Usage()[0].Offered })
	return offered
}

// What the policy refuses leaves nothing: no lease on disk or in memory, and no address held.
func TestRefusedLeavesNothing(t *testing.T) {
	for _, test := range []struct {
		refusal engine.Reason
		kind    engine.Kind // of what a REQUEST comes to
	}{
		{engine.PolicySilent, engine.Drop}, {engine.PolicyNAK, engine.Nak}, {engine.PolicyError, engine.Drop},
	} {
		t.Run(string(test.refusal), func(t *testing.T) {
			p := amend(engine.Amendment{Refusal: test.refusal})
			underPolicy(t, engine.StageReply, p, grantAtOnce, func(l *lab) {
				l.ask(l.query(engine.Discover, "a", ""))
				if got := l.only(); got.kind != engine.Drop || l.offered() != 0 {
					t.Errorf("came %+v, and %d addresses are held", got, l.offered())
				}
				l.ask(l.query(engine.Request, "a", "10.80.1.5"))
				if got := l.only(); got.kind != test.kind || got.why != test.refusal {
					t.Errorf("came %+v", got)
				}
				l.ask(l.rapid("b"), l.bootp("c"))
				time.Sleep(time.Second)
				l.view(func(s *engine.State, _ time.Time) {
					if s.Leases() != 0 || len(l.disk.leases) != 0 {
						t.Errorf("%d leases are remembered, %d on disk", s.Leases(), len(l.disk.leases))
					}
				})
				if l.offered() != 0 {
					t.Errorf("%d addresses are held", l.offered())
				}
			})
		})
	}
}

// While a policy takes its time, whoever it has nothing to say about is served.
func TestSlowPolicyHoldsNobodyElse(t *testing.T) {
	p := &rule{consult: func(*engine.Query, *engine.Decision, *engine.Verdict) { time.Sleep(time.Second) }}
	underPolicy(t, engine.StageUnknown, p, nil, func(l *lab) {
		time.Sleep(time.Second)
		l.enrol("k", "10.80.0.7")
		began := time.Now()
		for range 10 {
			l.ask(l.query(engine.Discover, "a", ""), l.query(engine.Discover, "b", ""))
		}
		l.none()
		l.ask(l.query(engine.Discover, "k", ""), l.query(engine.Discover, "c", "")) // one of two
		if got := l.only(); got.ip != "10.80.0.7" || got.at != began {
			t.Errorf("came %+v after %v", got, got.at.Sub(began))
		}
		time.Sleep(time.Minute)
		if got := l.desk.take(); len(got) != 21 {
			t.Errorf("then came %d answers", len(got))
		}
	})
}

func (l *lab) enrol(client, addr string) {
	l.t.Helper()
	err := l.k.Change(l.ctx, func(s *engine.State, now time.Time) (engine.Commit, error) {
		r, c, err := s.Enrol(engine.Reservation{
			ID: addr, Kind: engine.ByHardware, Value: string(hw(client).Bytes()), Subnet: "yard", IP: ip(addr),
		}, now)
		if err == nil {
			s.PutReservation(r)
		}
		return c, err
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

// What goes to the disk does not wait for what waits for the policy, and everything is answered once.
func TestBatchOfAllSorts(t *testing.T) {
	p := &rule{consult: func(*engine.Query, *engine.Decision, *engine.Verdict) { time.Sleep(time.Second) }}
	underPolicy(t, engine.StageUnknown, p, nil, func(l *lab) {
		time.Sleep(time.Second)
		l.enrol("k", "10.80.0.7")
		release := l.query(engine.Release, "z", "")
		release.CIAddr = ip("10.80.1.9")
		wrong := l.query(99, "y", "")
		l.ask(l.query(engine.Discover, "a", ""), l.query(engine.Request, "k", "10.80.0.7"), release, wrong, l.query(engine.Request, "b", "10.80.1.5"))
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if got := l.desk.take(); len(got) != 3 || l.disk.lease("10.80.0.7") == nil {
			t.Errorf("at once came %+v", got)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		got := l.desk.take()
		if len(got) != 2 || got[0].kind != engine.Offer || got[1].kind != engine.Ack || l.disk.lease("10.80.1.5") == nil {
			t.Errorf("then came %+v", got)
		}
	})
}

// An address is probed before the policy hears of it.
func TestProbeBeforePolicy(t *testing.T) {
	p := amend(engine.Amendment{Sets: engine.AmendLeaseTime, LeaseTime: 9})
	underPolicy(t, engine.StageReply, p, grantAtOnce, func(l *lab) {
		l.see()
		l.wire.hosts[ip("10.80.1.0").Addr()] = "squatter"
		l.ask(l.rapid("a"), l.query(engine.Discover, "b", ""))
		l.none()
		if p.rounds() != 0 {
			t.Error("the policy was asked before the probe was answered")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		got := l.desk.take()
		if len(got) != 2 || l.wire.probed() != 3 || p.rounds() != 2 {
			t.Fatalf("came %+v after %d probes", got, l.wire.probed())
		}
		for _, a := range got {
			if held := l.disk.lease(a.ip); a.kind == engine.Ack && (held == nil || held.Expires-held.CLTT != 9) {
				t.Errorf("came %+v; on disk is %+v", a, held)
			}
		}
	})
}

// A grant whose commit lost is decided again with what the policy has said, unless it comes to another answer.
func TestAmendedThatLost(t *testing.T) {
	for name, taken := range map[string]bool{"same answer": false, "another answer": true} {
		t.Run(name, func(t *testing.T) {
			p := amend(engine.Amendment{Sets: engine.AmendLeaseTime, LeaseTime: 77})
			underPolicy(t, engine.StageReply, p, nil, func(l *lab) {
				l.grant("a", "10.80.1.5")
				now, want := *l.disk.lease("10.80.1.5"), 1
				if now.Revision = 7; taken {
					now.HW, want = hw("z"), 2
				}
				p.rounds()
				l.disk.loseNext(&now)
				l.ask(l.renew("a", "10.80.1.5"))
				time.Sleep(time.Second)
				got := l.only()
				held := l.disk.lease("10.80.1.5")
				if (got.kind == engine.Ack) == taken || (held.Revision == 8) == taken || !taken && held.Expires-held.CLTT != 77 {
					t.Errorf("came %+v; on disk is %+v", got, held)
				}
				if n := p.rounds(); n != want {
					t.Errorf("the policy was asked %d times, want %d", n, want)
				}
			})
		})
	}
}

// A plan and its policy come into force together, between two messages: what is under way is decided by the new plan.
func TestReconfigureWhileAsked(t *testing.T) {
	old := &rule{consult: func(_ *engine.Query, _ *engine.Decision, v *engine.Verdict) {
		time.Sleep(time.Second)
		v.Reply.Refusal = engine.PolicySilent
	}}
	for name, test := range map[string]struct {
		stages engine.Stages
		policy *rule
	}{"without a policy": {}, "with another": {engine.StageReply, amend(engine.Amendment{})}} {
		t.Run(name, func(t *testing.T) {
			underPolicy(t, engine.StageReply, old, nil, func(l *lab) {
				time.Sleep(time.Second)
				l.ask(l.query(engine.Discover, "a", ""))
				l.none()
				next := plan(engine.Settings{OfferTime: 30}, nil)
				next.Stages = test.stages
				l.k.Reconfigure(next, settings(), test.policy)
				time.Sleep(time.Second)
				if got := l.only(); got.kind != engine.Offer {
					t.Errorf("came %+v", got)
				}
				if old.rounds() != 1 || test.policy != nil && test.policy.rounds() != 1 {
					t.Error("the policies were not asked once each")
				}
			})
		})
	}
}

// A message whose network is gone when the policy has spoken gets no answer, and does no harm.
func TestNetworkGoesWhileAsked(t *testing.T) {
	p := &rule{consult: func(*engine.Query, *engine.Decision, *engine.Verdict) { time.Sleep(time.Second) }}
	underPolicy(t, engine.StageReply, p, nil, func(l *lab) {
		l.ask(l.query(engine.Discover, "a", ""))
		l.none()
		l.k.Reconfigure(engine.NewPlan(engine.Parts{Settings: engine.Settings{OfferTime: 30}}), settings(), p)
		time.Sleep(time.Second)
		if got := l.only(); got.kind != engine.Drop || got.why != engine.NoSubnet {
			t.Errorf("came %+v", got)
		}
	})
}

// What the policy holds an address for and then refuses, at whatever stage, has the address free again.
func TestRefusedAfterItsAnswer(t *testing.T) {
	var l *lab
	p := &rule{consult: func(q *engine.Query, d *engine.Decision, v *engine.Verdict) {
		if d.Ask == engine.StageChoose {
			v.Refusal = engine.PolicyError
			return
		}
		for _, r := range []engine.Reservation{
			{ID: "1", Kind: engine.ByHardware, Value: string(q.HW.Bytes()), Subnet: "yard"},
			{ID: "2", Kind: engine.ByClientID, Value: "me", Subnet: "yard"},
		} {
			if err := l.k.Change(l.ctx, func(s *engine.State, now time.Time) (engine.Commit, error) {
				r, c, err := s.Enrol(r, now)
				if err == nil {
					s.PutReservation(r)
				}
				return c, err
			}); err != nil {
				t.Error(err)
			}
		}
	}}
	underPolicy(t, engine.StageChoose|engine.StageReply, p, nil, func(in *lab) {
		l = in
		q := l.query(engine.Discover, "a", "")
		q.Options = q.Options.AppendString(option.ClientID, "me")
		q.Index()
		l.ask(q)
		time.Sleep(time.Second)
		if got := l.only(); got.why != engine.PolicyError || p.rounds() != 2 || l.offered() != 0 {
			t.Errorf("came %+v; %d addresses are held", got, l.offered())
		}
	})
}

// A message whose answer is another one each time that the policy has spoken is dropped in the end.
func TestOvertaken(t *testing.T) {
	var l *lab
	var n int
	p := &rule{consult: func(_ *engine.Query, d *engine.Decision, _ *engine.Verdict) {
		n++
		l.enrol(string(rune('A'+n)), d.IP.String())
	}}
	underPolicy(t, engine.StageReply, p, nil, func(in *lab) {
		l = in
		l.ask(l.query(engine.Discover, "a", ""))
		time.Sleep(time.Second)
		if got := l.only(); got.why != engine.PolicyOvertaken || n != 5 || l.offered() != 0 {
			t.Errorf("came %+v after %d rounds; %d addresses are held", got, n, l.offered())
		}
	})
}

// A filter stands before everything else; what it turns away is answered with that reason.
func TestFilter(t *testing.T) {
	p := &rule{filter: func(q *engine.Query, f *engine.Facts, v *engine.Verdict) {
		switch {
		case q.HW == hw("known") && (f == nil || !f.Known || f.Lease == nil || f.Lease.IP != ip("10.80.0.7") || f.Network != "yard"):
			v.Refusal = engine.PolicyError
		case q.HW == hw("drop"):
			v.Refusal = engine.PolicyFilter
		case q.HW == hw("wait"):
			v.Refusal = engine.PolicySuspend
		}
	}}
	underPolicy(t, engine.StageFilter|engine.StageFacts, p, func(_ *lab, s *engine.Settings) { s.FloodSuspend = 150 }, func(l *lab) {
		l.enrol("known", "10.80.0.7")
		first := l.query(engine.Request, "drop", "10.80.1.0")
		l.ask(first, l.query(engine.Discover, "wait", ""), l.query(engine.Discover, "a", ""))
		time.Sleep(time.Second)
		got := l.desk.take()
		if len(got) != 3 || got[0].why != engine.PolicyFilter || got[1].why != engine.PolicySuspend || got[2].kind != engine.Offer {
			t.Errorf("came %+v", got)
		}
		if told := l.disk.told(); !slices.Contains(told, event.ClientSuspended) {
			t.Errorf("told %v", told)
		}
		l.ask(l.query(engine.Discover, "wait", ""))
		if got := l.only(); got.why != engine.Suspended {
			t.Errorf("came %+v", got)
		}
		time.Sleep(150 * time.Second)
		l.ask(l.query(engine.Discover, "wait", ""))
		if got := l.only(); got.why != engine.PolicySuspend {
			t.Errorf("came %+v", got)
		}
		p.filter = nil
		l.grant("known", "10.80.0.7")
	})
}

// A policy that panics drops its message, and takes nothing else with it.
func TestPolicyPanics(t *testing.T) {
	p := &rule{
		filter:  func(q *engine.Query, _ *engine.Facts, _ *engine.Verdict) { crash(q, "filter") },
		consult: func(q *engine.Query, _ *engine.Decision, _ *engine.Verdict) { crash(q, "consult") },
	}
	underPolicy(t, engine.StageFilter|engine.StageReply, p, nil, func(l *lab) {
		l.ask(l.query(engine.Discover, "filter", ""), l.query(engine.Discover, "consult", ""), l.query(engine.Discover, "a", ""))
		synctest.Wait()
		got := map[engine.Reason]int{}
		for _, a := range l.desk.take() {
			got[a.why]++
		}
		if got[engine.PolicyError] != 2 || got[""] != 1 || l.offered() != 1 {
			t.Errorf("came %v", got)
		}
	})
}

func crash(q *engine.Query, name string) {
	if q.HW == hw(name) {
		panic("out of its mind")
	}
}

// counts counts what a watcher is told.
type counts struct {
	mu sync.Mutex
	n  map[engine.Kind]int
}

func (c *counts) Watching() bool { return true }
func (c *counts) Decided(_ time.Time, _ *engine.Query, d *engine.Decision) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[d.Kind]++
}

// The watcher hears of what comes of a message, not of what might have.
func TestWatcherHearsWhatCounts(t *testing.T) {
	seen := &counts{n: map[engine.Kind]int{}}
	underPolicy(t, engine.StageReply, amend(engine.Amendment{Refusal: engine.PolicySilent}), func(l *lab, _ *engine.Settings) { l.watch = seen }, func(l *lab) {
		l.ask(l.query(engine.Discover, "a", ""), l.query(engine.Request, "b", "10.80.1.5"))
		synctest.Wait()
		if len(l.desk.take()) != 2 || seen.n[engine.Drop] != 2 || len(seen.n) != 1 {
			t.Errorf("the watcher heard of %v", seen.n)
		}
	})
}

// What was accepted is answered before the keeper ends.
func TestEndWhileAsked(t *testing.T) {
	p := &rule{consult: func(*engine.Query, *engine.Decision, *engine.Verdict) { time.Sleep(time.Second) }}
	underPolicy(t, engine.StageReply, p, nil, func(l *lab) {
		l.ask(l.query(engine.Discover, "a", ""), l.query(engine.Discover, "b", ""))
		synctest.Wait()
		l.stop()
		if err := <-l.ended; err != nil {
			t.Error(err)
		}
		if got := l.desk.take(); len(got) != 2 {
			t.Errorf("came %+v", got)
		}
	})
}

// While thousands of messages wait for a policy, no more are taken.
func TestPolicyFarBehind(t *testing.T) {
	var going chan struct{} // made in the bubble
	p := &rule{consult: func(*engine.Query, *engine.Decision, *engine.Verdict) { <-going }}
	underPolicy(t, engine.StageReply, p, nil, func(l *lab) {
		going = make(chan struct{})
		const each = 512
		taken := 0
		for {
			queries := make([]keeper.Query, each)
			for i := range queries {
				queries[i] = l.query(engine.Request, "a", "192.0.2.1")
			}
			ctx, cancel := context.WithTimeout(l.ctx, time.Second)
			err := l.k.Ask(ctx, l.batch(queries...))
			if cancel(); err != nil {
				break
			}
			if taken++; taken > 100 {
				t.Fatal("it takes more and more")
			}
		}
		l.enrol("k", "10.80.0.7") // the API is served
		close(going)
		time.Sleep(time.Second)
		synctest.Wait()
		if got := len(l.desk.take()); got != taken*each {
			t.Errorf("%d answers to %d messages", got, taken*each)
		}
	})
}

// Explain has the policy say what it does, and changes nothing.
func TestExplainWithPolicy(t *testing.T) {
	p := &rule{
		filter: func(_ *engine.Query, f *engine.Facts, v *engine.Verdict) {
			v.Steps = append(v.Steps, engine.Step{Subject: "filter", Outcome: f.Network})
		},
		consult: func(_ *engine.Query, d *engine.Decision, v *engine.Verdict) {
			if v.Steps = append(v.Steps, engine.Step{Subject: "spoke"}); d.Ask == engine.StageReply {
				v.Reply = engine.Amendment{Sets: engine.AmendLeaseTime, LeaseTime: 9}
			}
		},
	}
	all := engine.StageFilter | engine.StageFacts | engine.StageUnknown | engine.StageReply
	underPolicy(t, all, p, nil, func(l *lab) {
		e, err := l.k.Explain(l.ctx, func(*engine.State, time.Time) (*engine.Query, error) {
			q := l.query(engine.Discover, "a", "")
			return &q.Query, nil
		})
		if err != nil || e.Decision.Kind != engine.Offer || !e.Query.Verdict.Explain || p.rounds() != 2 || l.offered() != 0 {
			t.Fatalf("explained as %+v, %v", e.Decision, err)
		}
		var subjects []string
		for _, s := range e.Steps {
			subjects = append(subjects, s.Subject)
		}
		want := "[machine shared network filter spoke subnet address lease options spoke answer]"
		if got := fmt.Sprint(subjects); got != want {
			t.Errorf("explained by %s, want %s", got, want)
		}
		if _, err := l.k.Explain(l.ctx, func(*engine.State, time.Time) (*engine.Query, error) { return nil, errors.New("no") }); err == nil {
			t.Error("what cannot be made is explained")
		}
	})
}
