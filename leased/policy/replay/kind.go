package replay

import (
	"time"

	"go.starlark.net/starlark"

	"rollcall/leased/engine"
	"rollcall/leased/policy/value"
)

// Kind returns what a message is, as request.kind tells it to scripts: DISCOVER, REQUEST:RENEW and so on.
func Kind(q *engine.Query) string {
	c := &value.Context{}
	c.Begin(q, nil, time.Time{}, false)
	if r, ok := c.Request().(starlark.HasAttrs); ok {
		if kind, err := r.Attr("kind"); err == nil {
			if text, ok := starlark.AsString(kind); ok {
				return text
			}
		}
	}
	return q.Type.String()
}
