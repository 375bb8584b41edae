package value_test

import (
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy/value"
)

// Whatever a client sends can be read, by every attribute.
func FuzzRead(f *testing.F) {
	w := newWorld()
	f.Add([]byte(w.query.Options), []byte("boot\x00"), uint8(engine.Request), uint32(1), uint32(0))
	f.Add([]byte(nil), []byte(nil), uint8(0), uint32(0), uint32(0xffffffff))
	for c := range 256 {
		f.Add([]byte(option.List(nil).Append(option.Code(c), []byte{1, 4, 'a', 'b', 0, 3, 0xff})), []byte("x"), uint8(1), uint32(c), uint32(c))
	}
	f.Fuzz(func(t *testing.T, options, file []byte, typ uint8, giaddr, ciaddr uint32) {
		if !option.List(options).Valid() {
			return // leased ends the stream of a frontend that sends such a thing
		}
		w := newWorld(func(w *world) {
			w.query.Options, w.query.File, w.query.ServerName = options, file, file
			w.query.Type, w.query.GIAddr, w.query.CIAddr = engine.MessageType(typ), engine.IP(giaddr), engine.IP(ciaddr)
			w.decision.Options = options
			w.facts.Lease.RelayInfo, w.facts.Lease.Giaddr = file, 1
		})
		for _, v := range []starlark.Value{w.context.Request(), w.context.Lease(&w.decision), w.context.Reply(&w.decision)} {
			readAll(t, v, 0)
		}
		request := w.context.Request()
		for code := range 254 {
			key := starlark.MakeInt(code + 1)
			for _, of := range []starlark.Value{request, w.context.Reply(&w.decision)} {
				all, _ := of.(starlark.HasAttrs).Attr("options")
				raw, found, err := all.(starlark.Mapping).Get(key)
				named, foundNamed, errNamed := all.(starlark.Mapping).Get(starlark.String(option.ByCode(option.Code(code + 1)).Name))
				if err != nil || errNamed != nil || found != foundNamed || found && (raw == nil || named == nil) {
					t.Fatalf("option %d: %v %v %v, %v %v %v", code+1, raw, found, err, named, foundNamed, errNamed)
				}
			}
		}
	})
}

// readAll reads every attribute.
func readAll(t *testing.T, v starlark.Value, depth int) {
	if len(v.String()) > 1<<17 || v.Type() == "" {
		t.Fatalf("a %s of %d bytes", v.Type(), len(v.String()))
	}
	of, ok := v.(starlark.HasAttrs)
	if !ok || depth > 3 {
		return
	}
	switch v.(type) {
	case starlark.String, starlark.Bytes, *starlark.List, *starlark.Dict:
		return
	}
	for _, name := range of.AttrNames() {
		x, err := of.Attr(name)
		if err != nil || x == nil {
			t.Fatalf("%s.%s: %v, %v", v.Type(), name, x, err)
		}
		readAll(t, x, depth+1)
	}
}

// Whatever a script sets is refused, or can be sent, and is read back.
func FuzzSet(f *testing.F) {
	for code := range 256 {
		f.Add(uint8(code), uint8(code%9), []byte("10.20.0.1, 1=x 3561=x lan.example"), int64(code)*77)
	}
	for kind := range 9 {
		for _, code := range []uint8{1, 3, 12, 26, 43, 51, 58, 61, 66, 119, 121, 124, 125, 224} {
			f.Add(code, uint8(kind), []byte("10.20.0.1"), int64(600))
		}
	}
	f.Fuzz(func(t *testing.T, code, kind uint8, b []byte, n int64) {
		var v starlark.Value
		text := starlark.String(b)
		switch kind % 9 {
		case 0:
			v = starlark.None
		case 1:
			v = text
		case 2:
			v = starlark.Bytes(b)
		case 3:
			v = starlark.MakeInt64(n)
		case 4:
			v = starlark.Bool(n > 0)
		case 5:
			v = starlark.NewList([]starlark.Value{text, text})
		case 6:
			v = starlark.Tuple{starlark.MakeInt64(n), starlark.MakeInt64(n >> 3)}
		case 7:
			d := starlark.NewDict(2)
			_ = d.SetKey(starlark.MakeInt64(n&255), text)
			_ = d.SetKey(text, starlark.Bytes(b))
			v = d
		case 8:
			inner, d := starlark.NewDict(1), starlark.NewDict(1)
			_ = inner.SetKey(starlark.MakeInt64(n&255), text)
			_ = d.SetKey(starlark.MakeInt64(n&0xffff), inner)
			v = d
		}
		w := newWorld()
		options, _ := w.context.Reply(&w.decision).(starlark.HasAttrs).Attr("options")
		for _, key := range []starlark.Value{starlark.MakeInt(int(code)), starlark.String(option.ByCode(option.Code(code)).Name)} {
			before := len(w.context.Amendment().Options)
			if err := options.(starlark.HasSetKey).SetKey(key, v); err != nil {
				if !utf8.ValidString(err.Error()) || len(err.Error()) > 1000 {
					t.Fatalf("%v = %v: %q", key, v, err)
				}
				if len(w.context.Amendment().Options) != before {
					t.Fatalf("%v = %v: refused, and changed", key, v)
				}
				continue
			}
			var list option.List
			for _, e := range w.context.Amendment().Options {
				if e.Code != option.ClientID && !engine.Amendable(e.Code) || len(e.Value) > 1200 {
					t.Fatalf("%v = %v: %+v", key, v, e)
				}
				list = list.Append(e.Code, e.Value)
			}
			if !list.Valid() {
				t.Fatalf("%v = %v: %x", key, v, list)
			}
			if _, _, err := options.(starlark.Mapping).Get(key); err != nil {
				t.Fatalf("%v = %v: read %v", key, v, err)
			}
		}
		_, _, _ = value.EncodeOption(option.Standard(), starlark.MakeInt(int(code)), v)
		for _, field := range []string{"kind", "yiaddr", "siaddr", "sname", "file", "broadcast", "lease_time", "t1", "t2", "message"} {
			_ = w.context.Reply(&w.decision).(starlark.HasSetField).SetField(field, v)
		}
		a := w.context.Amendment()
		if a.T1 > 0 && a.T2 > 0 && a.T1 > a.T2 || a.Sets&engine.AmendLeaseTime != 0 && (a.LeaseTime == 0 || a.T2 >= a.LeaseTime) ||
			len(a.ServerName) > 63 || len(a.File) > 127 {
			t.Fatalf("%v: %+v", v, a)
		}
	})
}

// In whatever order a script sets times, T1 is not after T2, and both are before the end.
func FuzzTimes(f *testing.F) {
	f.Add([]byte{0, 60, 1, 30, 2, 50, 0, 255, 1, 255})
	f.Add([]byte{2, 200, 1, 199, 0, 201, 2, 0, 0, 250, 1, 0})
	f.Fuzz(func(t *testing.T, ops []byte) {
		w := newWorld()
		reply := w.context.Reply(&w.decision).(starlark.HasSetField)
		seconds := func(name string) uint32 {
			v, _ := reply.Attr(name)
			n, _ := starlark.AsInt32(v)
			if v == starlark.None {
				return 0
			}
			return uint32(n)
		}
		for ; len(ops) >= 2; ops = ops[2:] {
			var v starlark.Value = starlark.MakeInt(int(ops[1]))
			switch ops[1] {
			case 0:
				v = starlark.None
			case 255:
				v = starlark.String("infinite")
			}
			before := w.context.Amendment()
			if err := reply.SetField([]string{"lease_time", "t1", "t2"}[ops[0]%3], v); err != nil {
				if diff := cmp.Diff(before, w.context.Amendment(), cmpopts.IgnoreFields(engine.Amendment{}, "Subnet")); diff != "" {
					t.Fatalf("%v, and changed:\n%s", err, diff)
				}
				continue
			}
			if v, _ := reply.Attr("lease_time"); v.String() == "4294967295" {
				if seconds("t1") != 0 || seconds("t2") != 0 {
					t.Fatalf("T1 %d, T2 %d of a lease without end", seconds("t1"), seconds("t2"))
				}
				continue
			}
			lease, t1, t2 := seconds("lease_time"), seconds("t1"), seconds("t2")
			if lease == 0 || t1 >= lease || t2 >= lease || t2 != 0 && t1 > t2 {
				t.Fatalf("lease %d, T1 %d, T2 %d", lease, t1, t2)
			}
		}
	})
}
