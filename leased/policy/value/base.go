package value

import (
	"fmt"

	"go.starlark.net/starlark"
)

// plain is what values have in common that are true, cannot be keys, and of which nothing needs freezing.
type plain struct{}

// Freeze implements starlark.Value.
func (plain) Freeze() {}

// Truth implements starlark.Value.
func (plain) Truth() starlark.Bool { return true }

func unhashable(typ string) (uint32, error) { return 0, fmt.Errorf("unhashable type: %s", typ) }
