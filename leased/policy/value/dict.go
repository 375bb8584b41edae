package value

import (
	"maps"
	"slices"

	"go.starlark.net/lib/json"
	"go.starlark.net/starlark"
)

// extra makes an immutable dict of what a reservation carries, in the order of the keys.
func extra(m map[string]string) starlark.Value {
	d := starlark.NewDict(len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		_ = d.SetKey(starlark.String(k), starlark.String(m[k])) // a string as a key never fails
	}
	d.Freeze()
	return d
}

// ofJSON makes an immutable value of JSON, None of what is none.
func ofJSON(b []byte) starlark.Value {
	v, err := starlark.Call(&starlark.Thread{}, json.Module.Members["decode"], starlark.Tuple{starlark.String(b)}, nil)
	if err != nil {
		return starlark.None
	}
	v.Freeze()
	return v
}
