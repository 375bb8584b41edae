package plan

import (
	"math"

	"rollcall/internal/config"
	"rollcall/leased/engine"
)

// within returns what holds at a level that lies within outer.
func within(outer engine.Scope, at level, l *config.Level) engine.Scope {
	return engine.Scope{
		Options: options(at, l.Options).Over(outer.Options),
		Boot:    bootOf(at, l.Boot).Over(outer.Boot),
		Times:   outer.Times,
	}
}

var sends = map[config.Send]engine.Send{
	config.SendDefault: engine.SendDefault, config.SendAlways: engine.SendAlways, config.SendRequested: engine.SendRequested,
}

func options(at level, list []config.Option) engine.Options {
	if len(list) == 0 {
		return engine.Options{}
	}
	all := make([]engine.Option, len(list))
	for i, o := range list {
		all[i] = engine.Option{Code: o.Def.Code, Value: o.Value, Send: sends[o.Send], From: at.name}
	}
	return engine.NewOptions(all)
}

func times(c config.LeaseTimes) engine.Times {
	return engine.Times{
		Time: uint32(seconds(c.Time)), Min: uint32(seconds(c.Min)), Max: uint32(seconds(c.Max)),
		T1: point(c.T1), T2: point(c.T2), TellT1: c.T1Given, TellT2: c.T2Given,
		Affinity: seconds(c.Affinity), Reuse: share(c.Reuse), Scarce: share(c.Scarce), From: c.From,
	}
}

func point(p config.Point) engine.Point {
	if p.Percent != 0 {
		return engine.Point{Share: uint32(max(share(p.Percent), 1))}
	}
	return engine.Point{Seconds: uint32(seconds(p.Duration))}
}

// share turns percent into units of 1/10000.
func share(percent float64) int64 { return int64(math.Round(percent * 100)) }
