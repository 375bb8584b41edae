package plan

import (
	"math"

	"rollcall/internal/config"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

// within returns what holds at a level that lies within outer.
func within(outer engine.Scope, from string, l config.Level) engine.Scope {
	return engine.Scope{
		Options: options(from, l.Options).Over(outer.Options),
		Boot:    bootOf(from, l.Boot).Over(outer.Boot),
		Times:   outer.Times,
	}
}

var sends = map[config.Send]engine.Send{
	config.SendDefault: engine.SendDefault, config.SendAlways: engine.SendAlways, config.SendRequested: engine.SendRequested,
}

func options(from string, list []config.Option) engine.Options {
	if len(list) == 0 {
		return engine.Options{}
	}
	all := make([]engine.Option, len(list))
	for i, o := range list {
		all[i] = engine.Option{Code: o.Def.Code, Value: o.Value, Send: sends[o.Send], From: from}
	}
	return engine.NewOptions(all)
}

// bootOf returns nil where the level says nothing.
func bootOf(from string, c config.Boot) *boot.Settings {
	if !c.Server.IsValid() && c.ServerName == nil && c.File == nil {
		return nil
	}
	b := &boot.Settings{}
	if c.Server.IsValid() {
		b.Server = boot.Says(c.Server, from)
	}
	if c.ServerName != nil {
		b.ServerName = boot.Says(*c.ServerName, from)
	}
	if c.File != nil {
		b.File = boot.Says(*c.File, from)
	}
	return b
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
