package plan

import (
	"rollcall/internal/config"
	"rollcall/leased/engine"
)

// sources maps the keys of a match to what the engine looks at.
var sources = map[config.MatchKey]engine.Source{
	config.MatchVendorClass:  engine.MatchVendorClass,
	config.MatchUserClass:    engine.MatchUserClass,
	config.MatchArch:         engine.MatchArch,
	config.MatchHardware:     engine.MatchHardware,
	config.MatchClientID:     engine.MatchClientID,
	config.MatchDUID:         engine.MatchDUID,
	config.MatchCircuitID:    engine.MatchCircuitID,
	config.MatchRemoteID:     engine.MatchRemoteID,
	config.MatchSubscriberID: engine.MatchSubscriberID,
	config.MatchGiaddr:       engine.MatchRelay,
	config.MatchLink:         engine.MatchLink,
	config.MatchRequested:    engine.MatchRequested,
	config.MatchOption:       engine.MatchOption,
	config.MatchKnown:        engine.MatchKnown,
}

func (m *maker) class(c *config.Class) *engine.Class {
	at := m.level("class " + c.Name)
	cl := &engine.Class{Name: c.Name, Drop: c.Drop, Options: options(at, c.Options), Boot: bootOf(at, c.Boot)}
	for i := range c.Match {
		cl.Match = append(cl.Match, condition(&c.Match[i]))
	}
	return cl
}

func condition(c *config.Criterion) engine.Condition {
	cond := engine.Condition{
		Source: sources[c.Key], Def: c.Option, Numbers: c.Archs, Codes: c.Requested, Ranges: ranges(c.Prefixes), Known: c.Known,
	}
	for _, p := range c.Any {
		switch {
		case p.Bytes != nil:
			cond.Globs = append(cond.Globs, engine.BytesGlob(p.Bytes, p.More))
		case c.Key == config.MatchOption:
			cond.Words = append(cond.Words, engine.TextGlob(p.Glob))
		default:
			cond.Globs = append(cond.Globs, engine.TextGlob(p.Glob))
		}
	}
	return cond
}
