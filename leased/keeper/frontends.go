package keeper

import (
	"context"
	"time"

	"rollcall/internal/event"
	"rollcall/leased/engine"
)

// SetFrontend tells of a frontend that came, changed or left: before is what was told the last time, after what holds now;
// either may be nil. Links that came up or went down are events. Queries must point to the links of after from then on.
func (k *Keeper) SetFrontend(ctx context.Context, before, after *engine.Frontend) error {
	return k.do(ctx, func() {
		if after != nil {
			k.state.AddFrontend(after)
		}
		if before != nil {
			k.state.RemoveFrontend(before)
		}
		now := k.clock.Now()
		var c engine.Commit
		for _, l := range links(after) {
			if l.Up && !wasUp(before, l.Name) {
				c.Events = append(c.Events, linkEvent(event.LinkUp, l, now, ""))
			}
		}
		for _, l := range links(before) {
			switch {
			case !l.Up || wasUp(after, l.Name):
			case after == nil:
				c.Events = append(c.Events, linkEvent(event.LinkDown, l, now, "frontend-gone"))
			default:
				c.Events = append(c.Events, linkEvent(event.LinkDown, l, now, ""))
			}
		}
		if !c.Empty() {
			k.submit(c, nil)
		}
	})
}

func links(f *engine.Frontend) []*engine.Link {
	if f == nil {
		return nil
	}
	return f.Links
}

func wasUp(f *engine.Frontend, name string) bool {
	for _, l := range links(f) {
		if l.Name == name {
			return l.Up
		}
	}
	return false
}

func linkEvent(k event.Kind, l *engine.Link, now time.Time, reason string) *engine.Event {
	return &engine.Event{Time: now.UnixMicro(), Kind: k, Link: l.String(), Reason: reason}
}
