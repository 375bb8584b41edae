package value

import (
	"encoding/binary"

	"go.starlark.net/starlark"

	"rollcall/internal/arch"
	"rollcall/internal/bootname"
	"rollcall/leased/boot"
)

// boots returns what the message says about booting, as it is read without the configuration.
func (r *request) boots() *boot.Client {
	if !r.c.clientRead {
		r.c.client, r.c.clientRead = boot.Read(r.q().Boot(), nil), true
	}
	return &r.c.client
}

func (r *request) arch() starlark.Value {
	if c := r.boots(); c.HasArch {
		return r.c.name(c.Firmware.String())
	}
	if n, ok := r.archOption(); ok {
		firmware, _, _ := arch.Of(n)
		return r.c.name(firmware.String())
	}
	return starlark.None
}

func (r *request) archNumber() starlark.Value {
	if n, ok := r.archOption(); ok {
		return starlark.MakeInt(int(n))
	}
	if c := r.boots(); c.ArchFromClass {
		return starlark.MakeInt(int(c.Arch))
	}
	return starlark.None
}

// archOption returns the first registered architecture of option 93 (RFC 4578 §2.1 allows several), else the first of all.
func (r *request) archOption() (uint16, bool) {
	b := r.q().Boot().Arch
	if len(b) < 2 {
		return 0, false
	}
	for rest := b; len(rest) >= 2; rest = rest[2:] {
		n := binary.BigEndian.Uint16(rest)
		if _, _, known := arch.Of(n); known {
			return n, true
		}
	}
	return binary.BigEndian.Uint16(b), true
}

func (r *request) uuid() starlark.Value {
	if text := bootname.UUID(r.q().Boot().UUID); text != "" {
		return starlark.String(text)
	}
	return starlark.None
}
