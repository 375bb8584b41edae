package policy

import (
	"log/slog"
	"strings"
	"sync"
	"time"

	"rollcall/internal/config"
	"rollcall/internal/obs"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy/sandbox"
)

// Finder knows what a registration system says of machines without reservation; lookup.Lookup is one.
type Finder interface {
	// Find answers at once. extra is the whole answer as JSON, nil for none.
	Find(q *engine.Query, f *engine.Facts) (a engine.Assignment, extra []byte)
	// Peek is Find that has nobody asked, for explain: story says what is known and since when.
	Peek(q *engine.Query, f *engine.Facts) (a engine.Assignment, extra []byte, story string)
}

// Config is what a Policy is made of.
type Config struct {
	// Settings name the files; nil for none.
	Settings *config.Policy
	// Path is the configuration file, for mistakes in what it says of the files.
	Path string
	// Names are those of options.
	Names *option.Names
	// Plan tells which pools leases are from; nil for nothing.
	Plan *engine.Plan
	// Lookup is asked about machines without reservation; nil for none.
	Lookup Finder
	// Metrics and Log may be nil.
	Metrics *Metrics
	Log     *slog.Logger
	// Clock measures how long calls take; nil for time.Now.
	Clock func() time.Time
}

// Policy is a set of loaded files. Its methods may be called from any goroutine.
type Policy struct {
	names   *option.Names
	plan    *engine.Plan
	seed    uint64
	limits  sandbox.Limits
	lookup  Finder
	metrics *Metrics
	log     *slog.Logger
	clock   func() time.Time
	began   time.Time

	files   []string
	hooks   [hookKinds][]*hook
	wants   wants
	notices notices
	workers sync.Pool // of *worker
}

// Files returns the names of the files, in order.
func (p *Policy) Files() []string { return p.files }

// Hooks returns how many hooks the files define.
func (p *Policy) Hooks() int {
	n := 0
	for _, of := range p.hooks {
		n += len(of)
	}
	return n
}

// HooksOf names the hooks of a file.
func (p *Policy) HooksOf(file string) string {
	var words []string
	for _, of := range p.hooks {
		for _, h := range of {
			if h.file == file {
				words = append(words, h.kind.String())
			}
		}
	}
	return strings.Join(words, ",")
}

// Stages returns where it wants to be heard.
func (p *Policy) Stages() engine.Stages {
	var s engine.Stages
	if len(p.hooks[hookFilter]) > 0 {
		s |= engine.StageFilter
		if p.wants.facts {
			s |= engine.StageFacts
		}
	}
	if len(p.hooks[hookChoose]) > 0 {
		s |= engine.StageChoose
	}
	if len(p.hooks[hookUnknown]) > 0 || p.lookup != nil {
		s |= engine.StageUnknown
	}
	if len(p.hooks[hookReply]) > 0 {
		s |= engine.StageReply
	}
	return s
}

// HasEvent reports whether Annotate does anything.
func (p *Policy) HasEvent() bool { return len(p.hooks[hookEvent]) > 0 }

// passed returns how much time has passed since it was loaded. Steps of the wall clock do not count.
func (p *Policy) passed() time.Duration { return p.clock().Sub(p.began) }

func newPolicy(cfg Config) *Policy {
	p := &Policy{
		names: cfg.Names, plan: cfg.Plan, lookup: cfg.Lookup, metrics: cfg.Metrics, log: obs.OrDiscard(cfg.Log), clock: cfg.Clock,
	}
	if p.clock == nil {
		p.clock = time.Now
	}
	if p.metrics == nil {
		p.metrics = NewMetrics(nil)
	}
	if s := cfg.Settings; s != nil {
		p.seed, p.limits, p.files = s.Seed, sandbox.Limits{Steps: uint64(s.Steps), Time: s.Timeout}, s.Files
	}
	p.began = p.clock()
	p.workers.New = func() any { return p.newWorker() }
	return p
}
