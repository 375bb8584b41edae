package timeline

import (
	"container/list"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/leased/engine"
)

// What is remembered at most.
const (
	maxMachines = 4096
	maxRuns     = 16
	maxSteps    = 64
	// maxAll is how many steps of all machines together; it bounds the memory to some tens of megabytes.
	maxAll = 131_072
)

// Timeline is what is remembered.
type Timeline struct {
	metrics *metrics
	// watching says that a run is under way, so that an ordinary DHCP message may be its end.
	watching atomic.Bool

	mu       sync.Mutex
	machines map[engine.HW]*list.Element // of *machine
	recent   *list.List                  // the latest first
	byIP     map[engine.IP]engine.HW
	steps    int       // of all machines
	watch    time.Time // until when a run may be under way
}

// machine is one of them.
type machine struct {
	hw   engine.HW
	ip   engine.IP // in byIP, 0 if it is not there
	runs []*run    // oldest first, never empty
}

// New returns an empty one. Its metrics are registered by Register.
func New() *Timeline {
	t := &Timeline{machines: map[engine.HW]*list.Element{}, recent: list.New(), byIP: map[engine.IP]engine.HW{}}
	t.metrics = newMetrics(t)
	return t
}

// Watching reports whether messages of machines that do not boot matter now. It costs one look at memory.
func (t *Timeline) Watching() bool { return t.watching.Load() }

// HardwareAt returns the machine that has an address as far as it booted with it.
func (t *Timeline) HardwareAt(ip engine.IP) (engine.HW, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	hw, ok := t.byIP[ip]
	return hw, ok
}

// latest returns the latest run of a machine, nil for none. The lock is held.
func (t *Timeline) latest(hw engine.HW) *run {
	at := t.machines[hw]
	if at == nil {
		return nil
	}
	runs := at.Value.(*machine).runs
	return runs[len(runs)-1]
}

// begin starts a run. The lock is held.
func (t *Timeline) begin(hw engine.HW, now time.Time) *run {
	at := t.machines[hw]
	if at == nil {
		at = t.recent.PushFront(&machine{hw: hw})
		t.machines[hw] = at
	}
	m := at.Value.(*machine)
	r := &run{began: now, seen: now}
	if n := len(m.runs); n > 0 && now.Sub(m.runs[n-1].seen) <= silence {
		r.vain = m.runs[n-1].vain
	}
	m.runs = append(m.runs, r)
	if len(m.runs) > maxRuns {
		t.steps -= len(m.runs[0].steps)
		m.runs = append(m.runs[:0:0], m.runs[1:]...)
	}
	for len(t.machines) > maxMachines {
		t.forget(t.recent.Back())
	}
	return r
}

// add adds a step to the latest run of a machine. The lock is held.
func (t *Timeline) add(hw engine.HW, s Step) {
	at := t.machines[hw]
	t.recent.MoveToFront(at)
	r := t.latest(hw)
	t.steps += r.add(s)
	if until := r.seen.Add(silence); until.After(t.watch) {
		t.watch = until
	}
	t.watching.Store(true)
	for t.steps > maxAll && t.recent.Back() != at {
		t.forget(t.recent.Back())
	}
}

// located notes that a machine has an address. The lock is held.
func (t *Timeline) located(hw engine.HW, ip engine.IP) {
	at := t.machines[hw]
	if at == nil || ip == 0 {
		return
	}
	m := at.Value.(*machine)
	if m.ip != ip {
		t.unlocate(m)
		if had := t.machines[t.byIP[ip]]; had != nil {
			had.Value.(*machine).ip = 0
		}
		m.ip, t.byIP[ip] = ip, hw
	}
	t.latest(hw).ip = ip
}

func (t *Timeline) unlocate(m *machine) {
	if m.ip != 0 {
		delete(t.byIP, m.ip)
		m.ip = 0
	}
}

func (t *Timeline) forget(at *list.Element) {
	m := t.recent.Remove(at).(*machine)
	t.unlocate(m)
	delete(t.machines, m.hw)
	for _, r := range m.runs {
		t.steps -= len(r.steps)
	}
}
