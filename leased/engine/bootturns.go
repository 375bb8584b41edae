package engine

import (
	"hash/maphash"
	"net/url"
	"strings"

	"rollcall/leased/boot"
)

// A machine that is handed the same first stage loopTurns times within loopWindow, and gets no further, is in a loop. It is handed nothing
// for another loopWindow then, and may try again. Seconds.
const (
	loopTurns  = 4
	loopWindow = 5 * 60
)

// fetching is how a first stage is fetched. The zero value stands for none.
type fetching uint8

const (
	byTFTP fetching = iota + 1
	byHTTP
	// asScript is that of iPXE that is in the machine: the first that it fetches is its script.
	asScript
)

// firstStage is what a machine is handed first at each start.
type firstStage struct {
	path uint64 // of the file, by pathOf
	by   fetching
}

// turns are when a machine was handed a first stage, the latest last, in unix seconds; 0 for never.
type turns struct {
	of firstStage
	at [loopTurns]int64
}

// since returns how many of them are in the window that ends now.
func (t *turns) since(now int64) (n int) {
	for _, at := range t.at {
		if at != 0 && now < at+loopWindow {
			n++
		}
	}
	return n
}

// pathOf tells files apart by the path that a file server is asked for, be it the path of a URL.
func (b *boots) pathOf(file string) uint64 {
	if strings.Contains(file, "://") {
		if u, err := url.Parse(file); err == nil {
			file = u.Path
		}
	}
	return maphash.String(b.seed, strings.TrimLeft(file, "/"))
}

// firstStage returns what an answer hands out that a machine comes back for in a loop. Firmware comes back for its file. iPXE comes back
// for its script, unless it was loaded by firmware that was handed a file: then that is the turn, and the script the way out of it.
func (c *decider) firstStage(m *bootMemory) firstStage {
	client, a := &c.booting.Client, &c.booting.Answer
	switch {
	case a.Stage == boot.StageScript && !m.loaded(c.sec):
		return firstStage{c.s.boots.pathOf(a.Name), asScript}
	case a.Stage != boot.StageFile || client.IPXE:
		return firstStage{}
	case client.ByHTTP:
		return firstStage{c.s.boots.pathOf(a.Name), byHTTP}
	}
	return firstStage{c.s.boots.pathOf(a.Name), byTFTP}
}

// loaded reports whether the firmware of the machine was handed a file lately, so that the iPXE which asks now may come from that.
func (m *bootMemory) loaded(now int64) bool {
	for i := range m.turns {
		if t := &m.turns[i]; t.of.by != asScript && t.since(now) > 0 {
			return true
		}
	}
	return false
}

// inLoop reports whether the machine is in a loop. m may be nil.
func (m *bootMemory) inLoop(now int64) bool { return m != nil && now < m.loopEnds }

// turnsOf returns how often the machine was handed a first stage in the window that ends now.
func (m *bootMemory) turnsOf(f firstStage, now int64) int {
	for i := range m.turns {
		if m.turns[i].of == f {
			return m.turns[i].since(now)
		}
	}
	return 0
}

// turn counts that the machine is handed a first stage.
func (m *bootMemory) turn(f firstStage, now int64) {
	const latest = loopTurns - 1
	t := &m.turns[0]
	for i := range m.turns {
		have := &m.turns[i]
		if have.of == f {
			t = have
			break
		}
		if have.at[latest] < t.at[latest] {
			t = have
		}
	}
	if t.of != f {
		*t = turns{of: f}
	}
	copy(t.at[:], t.at[1:])
	t.at[latest] = now
	if t.since(now) == loopTurns {
		m.loopEnds = now + loopWindow
	}
	m.finished = false
}

// progress ends a loop: the machine has got further than its first stage.
func (m *bootMemory) progress() { m.turns, m.loopEnds = [len(m.turns)]turns{}, 0 }

// furthers reports whether a path that the machine has fetched all of gets it further: it does not if it is the file that its firmware was
// handed. The script of iPXE does.
func (m *bootMemory) furthers(path uint64) bool {
	for i := range m.turns {
		if of := &m.turns[i].of; of.path == path && of.by != asScript && of.by != 0 {
			return false
		}
	}
	return true
}
