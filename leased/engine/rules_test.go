package engine_test

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// rules are a policy that says the same of every message. Lines of a script set them:
//
//	policy filter drop|suspend|error
//	policy choose ID                     of a reservation
//	policy pool NAME [pending]           unknown machines get an address from there
//	policy define IP|- [subnet=S] [time=N] [host=H] [class=C] [CODE=VALUE] [pending]
//	policy ignore|nak|pending            as for unknown machines
//	policy reply [silent|nak|error] [time=N] [t1=N] [t2=N] [next=IP] [file=F] [sname=N] [noaddress] [broadcast] [CODE=VALUE] [-CODE]
//	policy off
type rules struct {
	stages  engine.Stages
	verdict engine.Verdict
	// between is called while the policy is asked.
	between func(d *engine.Decision)
	asked   []engine.Stages // since the last message
}

// onto returns a plan that asks for what the rules say.
func (r *rules) onto(p *engine.Plan) *engine.Plan {
	if r != nil {
		p.Stages = r.stages
	}
	return p
}

// consult has the rules say what is asked of them about a message, as the keeper has a policy.
func (w *world) consult(q *engine.Query) {
	w.t.Helper()
	r := w.rules
	if r == nil {
		return
	}
	r.asked = nil
	if r.stages != 0 {
		q.Verdict = &engine.Verdict{Refusal: r.verdict.Refusal}
	}
	if r.stages.Has(engine.StageFilter) {
		q.Verdict.Steps = append(q.Verdict.Steps, engine.Step{Subject: "filter", Outcome: "spoke", Because: "door.star:3:2"})
	}
	for range engine.MostAsked {
		d := engine.Decide(w.s, q, w.now)
		if d.Ask == 0 {
			return
		}
		w.checkRoom(q, d)
		w.checkFacts(&d)
		w.s.Await(q, &d, w.now.Unix())
		w.check()
		if r.between != nil {
			r.between(&d)
		}
		v := q.Verdict
		v.Begin(&d)
		v.Steps = append(v.Steps, engine.Step{Subject: stageNames[d.Ask], Outcome: "spoke", Because: "door.star:9:4"})
		switch d.Ask {
		case engine.StageChoose:
			v.Choice = r.verdict.Choice
		case engine.StageUnknown:
			v.Unknown = r.verdict.Unknown
		case engine.StageReply:
			v.Reply = r.verdict.Reply
		}
		v.End(&d)
		r.asked = append(r.asked, d.Ask)
	}
	w.errorf("the policy is asked without end: %v", r.asked)
}

// checkFacts verifies that what the policy is told agrees with itself.
func (w *world) checkFacts(d *engine.Decision) {
	w.t.Helper()
	f := d.Facts
	switch {
	case f == nil:
		w.errorf("asked without facts")
	case f.Known != (f.Reservation != nil):
		w.errorf("known: %v, by %v", f.Known, f.Reservation)
	case d.Ask == engine.StageUnknown && f.Known, d.Ask == engine.StageChoose && (len(f.Candidates) < 2 || f.Candidates[0] != f.Reservation):
		w.errorf("asked at stage %b about %v of %v", d.Ask, f.Reservation, f.Candidates)
	case d.Ask != engine.StageReply && (d.Kind != engine.Drop || len(d.Commit.Leases) > 0 || len(d.Commit.Events) > 0):
		w.errorf("asked at stage %b with the decision %+v", d.Ask, d)
	}
}

func (s *script) rule(f []string) string {
	if s.rules == nil {
		s.rules = &rules{}
	}
	r := s.rules
	switch f[0] {
	case "off":
		*r = rules{}
	case "filter":
		r.stages |= engine.StageFilter
		r.verdict.Refusal = map[string]engine.Reason{
			"drop": engine.PolicyFilter, "suspend": engine.PolicySuspend, "error": engine.PolicyError, "pass": "",
		}[f[1]]
	case "choose":
		r.stages |= engine.StageChoose
		r.verdict.Choice = f[1]
	case "reply":
		r.stages |= engine.StageReply
		r.verdict.Reply = amendment(f[1:])
	default:
		r.stages |= engine.StageUnknown
		r.verdict.Unknown = assignment(f)
	}
	s.s.Plan().Stages = r.stages
	return ""
}

func assignment(f []string) engine.Assignment {
	a := engine.Assignment{By: "unknown (guests.star:1:1)", Pending: f[len(f)-1] == "pending"}
	switch f[0] {
	case "pool":
		a.Kind, a.Pool = engine.AssignPool, f[1]
	case "ignore":
		a.Kind = engine.AssignIgnore
	case "nak":
		a.Kind = engine.AssignNAK
	case "pending", "default":
	case "unanswered":
		a.Unanswered = true
	case "define":
		a.Kind, a.Definition = engine.AssignDefinition, &engine.Reservation{Details: &engine.Details{}}
		var options []engine.Option
		if f[1] != "-" {
			a.Definition.IP = ip(f[1])
		}
		for _, w := range f[2:] {
			switch k, v, _ := strings.Cut(w, "="); k {
			case "pending":
			case "subnet":
				a.Definition.Subnet = v
			case "time":
				a.LeaseTime = uint32(number(v))
			case "host":
				a.Definition.Hostname = v
			case "class":
				a.Definition.Details.Classes = append(a.Definition.Details.Classes, v)
			default:
				code, value := coded(k, v)
				options = append(options, engine.Option{Code: code, Value: value, From: a.By})
			}
		}
		a.Definition.Details.Options = engine.NewOptions(options)
	default:
		panic("no such assignment: " + f[0])
	}
	return a
}

func amendment(f []string) (a engine.Amendment) {
	for _, w := range f {
		k, v, _ := strings.Cut(w, "=")
		sets := map[string]engine.AmendedFields{
			"time": engine.AmendLeaseTime, "t1": engine.AmendT1, "t2": engine.AmendT2, "next": engine.AmendNext, "file": engine.AmendFile,
			"sname": engine.AmendServerName, "noaddress": engine.AmendNoAddress, "broadcast": engine.AmendBroadcast,
		}
		a.Sets |= sets[k]
		switch k {
		case "silent":
			a.Refusal = engine.PolicySilent
		case "error":
			a.Refusal = engine.PolicyError
		case "nak":
			a.Refusal = engine.PolicyNAK
		case "time":
			a.LeaseTime = uint32(number(v))
		case "t1":
			a.T1 = uint32(number(v))
		case "t2":
			a.T2 = uint32(number(v))
		case "next":
			a.Next = ip(v)
		case "file":
			a.File = v
		case "sname":
			a.ServerName = v
		case "broadcast":
			a.Broadcast = true
		case "noaddress":
		default:
			e := engine.OptionEdit{}
			if code, out := strings.CutPrefix(k, "-"); out {
				e.Code = option.Code(number(code))
			} else {
				e.Code, e.Value = coded(k, v)
			}
			a.Options = append(a.Options, e)
		}
	}
	return a
}

// coded reads an option by its code, as the configuration writes its value.
func coded(code, v string) (option.Code, []byte) {
	for c, value := range appendOption(nil, code, v).All() {
		return c, slices.Clone(value)
	}
	panic("no option " + code)
}

// stagesAsked returns which stages the last message came to, in words.
func (r *rules) stagesAsked() string {
	var words []string
	for _, at := range r.asked {
		words = append(words, stageNames[at])
	}
	return fmt.Sprint(words)
}

var stageNames = map[engine.Stages]string{engine.StageChoose: "choose", engine.StageUnknown: "unknown", engine.StageReply: "reply"}
