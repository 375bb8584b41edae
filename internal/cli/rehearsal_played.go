package cli

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"rollcall/internal/cli/recorded"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy"
	"rollcall/leased/policy/replay"
	"rollcall/leased/policy/value"
)

// played is a message and what it came to, as it is shown.
type played struct {
	frame uint32
	time  time.Time
	// client is who sent it: by hardware address, or where that is none by client identifier. via is the relay or the link that it came by.
	client, message, via string
	// outcome is answer with address or reason.
	answer, address, reason, outcome string
	// policy is what the policy did to it.
	policy string
	steps  []engine.Step
}

func newPlayed(m *recorded.Message, o *replay.Outcome) played {
	q, d := m.Query, &o.Decision
	p := played{
		frame: uint32(m.Frame), time: m.Time, client: q.HW.String(), message: value.Kind(q), via: q.LinkName(),
		answer: d.Kind.String(), address: d.IP.String(), reason: string(d.Reason), steps: o.Steps,
	}
	if q.HW.Len == 0 {
		id, _ := q.Options.Get(option.ClientID)
		p.client = fmt.Sprintf("%x", id)
	}
	if q.GIAddr != 0 {
		p.via = q.GIAddr.String()
	}
	switch {
	case d.Kind == engine.Drop:
		p.outcome = "drop (" + p.reason + ")"
	case d.Reason != "":
		p.outcome = p.answer + " (" + p.reason + ")"
	default:
		p.outcome = strings.TrimSpace(p.answer + " " + p.address)
	}
	var did []string
	note := func(steps []engine.Step) {
		for _, s := range steps {
			switch {
			case policy.Idle(s):
			case s.Because == "":
				did = append(did, s.Outcome)
			default:
				did = append(did, s.Outcome+" ("+s.Because+")")
			}
		}
	}
	note(o.Policy)
	for _, e := range o.Events {
		note(e.Policy)
		p.steps = append(p.steps[:len(p.steps):len(p.steps)], e.Policy...)
		switch {
		case e.Kept == nil:
			did = append(did, "event: drop "+string(e.Kind))
		case len(e.Kept.Annotations) > 0:
			did = append(did, "event: annotate "+string(e.Kind)+" with "+strings.Join(extraLines(e.Kept.Annotations), ", "))
		}
	}
	p.policy = strings.Join(did, "; ")
	return p
}

// clock is when it was, on the clock of the reader.
func (p played) clock(now time.Time) string { return p.time.In(now.Location()).Format("15:04:05.000") }

var playedColumns = []column[played]{
	{key: "frame", value: func(p played) any { return p.frame }},
	{key: "time", head: "TIME", value: func(p played) any { return p.time }, cell: played.clock},
	{key: "client", head: "CLIENT", value: func(p played) any { return p.client }},
	{key: "message", head: "MESSAGE", value: func(p played) any { return p.message }},
	{key: "via", head: "VIA", value: func(p played) any { return p.via }},
	{key: "answer", head: "OUTCOME", value: func(p played) any { return p.answer },
		cell: func(p played, _ time.Time) string { return p.outcome }},
	{key: "address", value: func(p played) any { return p.address }},
	{key: "reason", value: func(p played) any { return p.reason }},
	{key: "policy", head: "POLICY", value: func(p played) any { return p.policy }},
}

// stepsColumn is for programs that want to know why.
var stepsColumn = column[played]{key: "steps", value: func(p played) any { return document{rulesNode(p.steps), "[]"} }}

// rulesNode is a list of steps for programs.
func rulesNode(steps []engine.Step) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, s := range steps {
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, text := range []string{"subject", s.Subject, "outcome", s.Outcome, "because", s.Because} {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text})
		}
		list.Content = append(list.Content, n)
	}
	return list
}
