package engine_test

import (
	"strings"
	"testing"

	"rollcall/leased/engine"
)

// DESIGN §4, abuse: ten actions, one back a second, suspended for 150 s, lifted at once by a reservation.
func TestFlood(t *testing.T) {
	ten := strings.Repeat("admit A -> yes ! -\n", 10)
	stories(t, planning{}, []story{
		{"suspended once", ten + `
			admit A                                    -> suspended ! client.suspended
			admit A                                    -> suspended ! -
			admit B                                    -> yes
			+149s
			admit A                                    -> suspended ! -
			+1s
			admit A                                    -> yes`},
		{"one comes back a second", ten + `
			+1s
			admit A                                    -> yes
			+500ms
			+500ms
			admit A                                    -> yes
			admit A                                    -> suspended ! client.suspended`},
		{"never more than ten", `
			admit A                                    -> yes
			+1h
			` + ten + `
			admit A                                    -> suspended`},
		{"a client within its means", ten + strings.Repeat("+1s\nadmit A -> yes\n", 30)},
		{"lifted by a reservation", ten + `
			admit A                                    -> suspended
			reserve A hall 10.20.0.7
			admit A                                    -> yes`},
		{"lifted by an operator", ten + `
			admit A                                    -> suspended
			resume A                                   -> 1
			admit A                                    -> yes`},
		{"a step of the clock back", `
			+1s
			admit A                                    -> yes
			shift -1h
			` + strings.Repeat("+1s\nadmit A -> yes\n", 30)},
		{"lifted by a reservation that says nothing of hardware", ten + `
			admit A                                    -> suspended
			reserve id=x hall 10.20.0.7
			admit A/x                                  -> yes`},
		{"on InfiniBand", strings.ReplaceAll(ten, "A", "Z/port1") + `
			admit Z/port2                              -> yes
			admit Z/port1                              -> suspended`},
		{"a step of the clock", ten + `
			admit A                                    -> suspended
			shift 1h
			admit A                                    -> suspended
			+149s
			admit A                                    -> suspended
			+1s
			admit A                                    -> yes`},
	})
	t.Run("switched off", func(t *testing.T) {
		run(t, planning{set: func(s *engine.Settings) { s.FloodActions = 0 }}, ten+ten)
	})
}

func TestSilencedAreListed(t *testing.T) {
	w := run(t, planning{}, strings.Repeat("admit B -> yes\n", 10)+`
		admit B                                        -> suspended
		A discover on=eth4                             -> DROP unserved`)
	list := w.s.Silenced(w.now.Unix())
	if len(list) != 2 || list[0].HW == list[1].HW {
		t.Fatalf("silenced: %+v", list)
	}
	for _, c := range list {
		want := w.now.Unix() + 150
		if c.Unserved {
			want = w.now.Unix() + 60
		}
		if c.Unserved != (c.HW == hwOf("A")) || c.Until != want {
			t.Errorf("silenced: %+v", c)
		}
	}
	if got := w.s.Resume(nil); got != 2 {
		t.Errorf("resumed %d, want 2", got)
	}
	if got := len(w.s.Silenced(w.now.Unix())); got != 0 {
		t.Errorf("%d are silenced still", got)
	}
}

// However many clients somebody invents, what is remembered is bounded, and the honest are served.
func TestFloodOfInventedClients(t *testing.T) {
	w := newWorld(t, planning{})
	q := w.query(engine.Discover, engine.HW{Type: 1, Len: 6}, "eth4", nil)
	for i := range 150_000 {
		q.HW.Octets[1], q.HW.Octets[2], q.HW.Octets[3] = byte(i>>16), byte(i>>8), byte(i)
		q.Index()
		if reason, _ := w.s.Admit(q, w.now); reason != "" {
			t.Fatalf("client %d is %s at its first message", i, reason)
		}
		d := engine.Decide(w.s, q, w.now)
		w.s.Apply(q, &d, w.now.Unix())
	}
	if got := len(w.s.Silenced(w.now.Unix())); got > 1<<17 {
		t.Errorf("%d silenced clients are remembered", got)
	}
	(&script{world: w}).line("K discover -> OFFER 10.20.0.200")
}

// pool.low is told below a tenth, pool.exhausted when a client finds nothing; each once, until a fifth is free again.
func TestPoolEvents(t *testing.T) {
	var fill strings.Builder
	for _, line := range []string{"A 50", "B 51", "C 52", "D 53", "E 54", "F 55", "G 56", "H 57", "M 58"} {
		name, n, _ := strings.Cut(line, " ")
		fill.WriteString(name + " select 10.99.0." + n + " -> ACK 10.99.0." + n + " ! lease.granted\n")
	}
	run(t, planning{}, fill.String()+`
		P select 10.99.0.59      -> ACK 10.99.0.59 ! lease.granted pool.low
		Q discover               -> DROP pool-exhausted ! client.unknown pool.exhausted
		Q discover               -> DROP pool-exhausted ! -
		R discover               -> DROP pool-exhausted ! client.unknown
		P release 10.99.0.59     ! lease.released
		P select 10.99.0.59      -> ACK 10.99.0.59 ! lease.granted
		Q discover               -> DROP pool-exhausted ! -
		P release 10.99.0.59
		M release 10.99.0.58
		H release 10.99.0.57
		usage                    -> leased=7 offered=0 quarantined=0 reserved=0 free=3
		H select 10.99.0.57      -> ACK 10.99.0.57 ! lease.granted
		M select 10.99.0.58      -> ACK 10.99.0.58 ! lease.granted
		P select 10.99.0.59      -> ACK 10.99.0.59 ! lease.granted pool.low
		Q discover               -> DROP pool-exhausted ! pool.exhausted`)
}

func TestUsage(t *testing.T) {
	run(t, planning{}, `
		usage                    -> leased=0 offered=0 quarantined=0 reserved=0 free=10
		A discover               -> OFFER 10.99.0.50
		usage                    -> leased=0 offered=1 quarantined=0 reserved=0 free=9
		A select 10.99.0.50      -> ACK 10.99.0.50
		usage                    -> leased=1 offered=0 quarantined=0 reserved=0 free=9
		A decline 10.99.0.50     -> DROP decline-done
		usage                    -> leased=0 offered=0 quarantined=1 reserved=0 free=9
		reserve B lobby 10.99.0.55
		usage                    -> leased=0 offered=0 quarantined=1 reserved=1 free=8
		B select 10.99.0.55      -> ACK 10.99.0.55
		usage                    -> leased=1 offered=0 quarantined=1 reserved=1 free=8
		replan
		usage                    -> leased=1 offered=0 quarantined=1 reserved=1 free=8
		unreserve 1
		end 10.99.0.55
		clear 10.99.0.50
		usage                    -> leased=0 offered=0 quarantined=0 reserved=0 free=10`)
}
