package conformance_test

import (
	"bytes"
	"fmt"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// explained holds a decision against what explain tells of the same message: the same answer, with the options that it lists.
func (s *rules) explained(q *engine.Query, d *engine.Decision) error {
	if d.Kind == engine.Probe { // explain goes past it
		return nil
	}
	e, steps := engine.Explain(s.state, q, s.now)
	if e.Kind != d.Kind || e.IP != d.IP || e.Reason != d.Reason || e.Next != d.Next || e.ServerName != d.ServerName || e.File != d.File ||
		!bytes.Equal(e.Options, d.Options) {
		return fmt.Errorf("%v %v %s with %x is explained as %v %v %s with %x", d.Kind, d.IP, d.Reason, d.Options, e.Kind, e.IP, e.Reason, e.Options)
	}
	if d.Kind == engine.Drop {
		return nil
	}
	for _, step := range steps {
		var listed option.List
		for _, o := range step.Options {
			listed = listed.Append(o.Code, o.Value)
		}
		if len(listed) > 0 && !bytes.Equal(listed, d.Options) {
			return fmt.Errorf("%v with %x is explained with %x", d.Kind, d.Options, listed)
		}
	}
	return nil
}
