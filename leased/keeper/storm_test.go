package keeper_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
)

// Whatever happens while messages are with the policy (reloads with and without it, a network that goes and returns, machines that are
// enrolled, probes, policies that change their mind or panic), each message is answered once.
func TestStorm(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			w := &weather{rnd: rand.New(rand.NewPCG(seed, 1))}
			w.policy = &rule{filter: w.filter, consult: w.consult}
			underPolicy(t, everyStage, w.policy, func(l *lab, s *engine.Settings) {
				grantAtOnce(l, s)
				s.FloodSuspend, l.disk.sync = 1, 3*time.Millisecond
			}, func(l *lab) {
				l.see()
				sent := 0
				for range 300 {
					sent += w.send(l)
					w.change(l)
					w.pass(20)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				answers := map[uint32]int{}
				for _, a := range l.desk.take() {
					if answers[a.id]++; answers[a.id] > 1 {
						t.Errorf("message %d is answered %d times", a.id, answers[a.id])
					}
				}
				if len(answers) != sent {
					t.Errorf("%d of %d messages are answered", len(answers), sent)
				}
			})
		})
	}
}

// weather is what happens.
type weather struct {
	policy *rule

	mu  sync.Mutex
	rnd *rand.Rand
}

// chance returns a number below n.
func (w *weather) chance(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rnd.IntN(n)
}

// pass lets less than some milliseconds pass.
func (w *weather) pass(ms int) { time.Sleep(time.Duration(w.chance(ms)) * time.Millisecond) }

func (w *weather) client() string { return string(rune('a' + w.chance(12))) }

// own is an address outside the pool.
func (w *weather) own() engine.IP { return ip("10.80.0.40") + engine.IP(w.chance(9)) }

func (w *weather) filter(_ *engine.Query, _ *engine.Facts, v *engine.Verdict) {
	v.Refusal = []engine.Reason{"", "", "", "", engine.PolicyFilter, engine.PolicySuspend}[w.chance(6)]
}

func (w *weather) consult(q *engine.Query, d *engine.Decision, v *engine.Verdict) {
	w.pass(40)
	switch d.Ask {
	case engine.StageChoose:
		v.Refusal = []engine.Reason{"", "", engine.PolicyError}[w.chance(3)]
	case engine.StageUnknown:
		v.Unknown = engine.Assignment{
			Kind: engine.AssignmentKind(w.chance(5)), Pool: "10.80.1.0-10.80.59.255", Pending: w.chance(4) == 0,
			Definition: &engine.Reservation{Kind: engine.ByHardware, Value: string(q.HW.Bytes()), IP: w.own()},
		}
	case engine.StageReply:
		if w.chance(50) == 0 {
			panic("out of its mind")
		}
		v.Reply.Refusal = []engine.Reason{"", "", "", "", engine.PolicySilent, engine.PolicyNAK}[w.chance(6)]
		v.Reply.Options = append(v.Reply.Options, engine.OptionEdit{Code: option.DomainName, Value: example})
	}
}

// send sends a batch and returns of how many messages.
func (w *weather) send(l *lab) int {
	n := 1 + w.chance(8)
	b := keeper.NewBatch(n, l.desk)
	for i := range b.Queries {
		q := w.message(l)
		to := &b.Queries[i]
		to.ID, to.Link, to.Port, to.Type, to.XID, to.HW, to.CIAddr = q.ID, q.Link, q.Port, q.Type, q.XID, q.HW, q.CIAddr
		to.Options = b.Keep(q.Options)
		to.Index()
	}
	if err := l.k.Ask(l.ctx, b); err != nil {
		l.t.Fatal(err)
	}
	return n
}

func (w *weather) message(l *lab) (q keeper.Query) {
	client, seat := w.client(), ip("10.80.1.0")+engine.IP(w.chance(9))
	addr := []string{"", seat.String(), w.own().String()}[w.chance(3)]
	switch w.chance(5) {
	case 0:
		q = l.query(engine.Discover, client, addr)
	case 1:
		q = l.rapid(client)
	case 2:
		q = l.query(engine.Request, client, addr)
	case 3:
		q = l.renew(client, seat.String())
	default:
		q = l.query(engine.Release, client, "")
		q.CIAddr = seat
	}
	q.Options = q.Options.AppendString(option.ClientID, strings.Repeat(client, 1+w.chance(2)))
	return q
}

// change changes what messages are decided by, now and then.
func (w *weather) change(l *lab) {
	set := engine.Settings{Authoritative: true, OfferTime: 30, FloodSuspend: 1, Probe: w.chance(2) == 0, RapidCommit: true}
	next := plan(set, nil)
	switch w.chance(12) {
	case 0:
		next.Stages = []engine.Stages{0, everyStage, engine.StageReply, engine.StageUnknown}[w.chance(4)]
	case 1:
		none := engine.NewPlan(engine.Parts{Settings: set})
		none.Stages, next.Stages = everyStage, everyStage
		l.k.Reconfigure(none, settings(), w.policy)
		w.pass(10)
	case 2:
		_ = l.k.Change(l.ctx, func(s *engine.State, now time.Time) (engine.Commit, error) { // which may not go: it is there already
			r, c, err := s.Enrol(engine.Reservation{
				ID: string(rune('1' + w.chance(9))), Kind: engine.ByClientID, Value: w.client(), Subnet: "yard", IP: w.own(),
			}, now)
			if err == nil {
				s.PutReservation(r)
			}
			return c, err
		})
		return
	default:
		return
	}
	l.k.Reconfigure(next, settings(), w.policy)
}
