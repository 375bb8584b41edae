package keeper

import (
	"context"
	"time"

	"rollcall/internal/event"
	"rollcall/leased/engine"
)

// SetFrontend tells of a frontend that came, changed or left: before is what was told the last time, after what holds now;
// either may be nil. Links that came up or went down are events. Queries must point to the links of after from then on.
//
// A frontend that comes back may be here twice for a while, until its old stream is found dead; its links are up as long as one
// of the two says so.
func (k *Keeper) SetFrontend(ctx context.Context, before, after *engine.Frontend) error {
	return k.do(ctx, func() {
		now := k.clock.Now()
		var c engine.Commit
		if after != nil {
			k.state.AddFrontend(after)
			for _, l := range after.Links {
				if l.Up {
					if k.up[l.String()]++; k.up[l.String()] == 1 {
						c.Events = append(c.Events, linkEvent(event.LinkUp, l, now, ""))
					}
				}
			}
		}
		if before != nil {
			k.state.RemoveFrontend(before)
			reason := ""
			if after == nil {
				reason = "frontend-gone"
			}
			for _, l := range before.Links {
				if l.Up {
					if k.up[l.String()]--; k.up[l.String()] == 0 {
						delete(k.up, l.String())
						c.Events = append(c.Events, linkEvent(event.LinkDown, l, now, reason))
					}
				}
			}
		}
		if !c.Empty() {
			k.submit(c, nil)
		}
	})
}

func linkEvent(k event.Kind, l *engine.Link, now time.Time, reason string) *engine.Event {
	return &engine.Event{Time: now.UnixMicro(), Kind: k, Link: l.String(), Reason: reason}
}
