package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/internal/config"
	"rollcall/internal/option"
)

// FuzzParse: whatever the file, Parse returns a configuration or mistakes that stand in the file, and both can be used.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/errors/*.yaml", "../../deploy/*.yaml", "../../deploy/examples/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			for chunk := range strings.SplitSeq(string(data), "\n---\n") {
				f.Add([]byte(chunk))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg, err := config.Parse("f.yaml", data)
		if err == nil {
			checkLeased(t, leasedOf(cfg))
			return
		}
		var list *config.Errors
		if !errors.As(err, &list) || len(list.List) == 0 || list.Error() == "" {
			t.Fatalf("Parse: %T %v, want *config.Errors", err, err)
		}
		lines := strings.Count(string(data), "\n") + 1
		for _, e := range list.List {
			// A file that ends too early may be at fault in the line behind it.
			if e.Line < 1 || e.Line > lines+1 || e.Column < 1 || e.Msg == "" {
				t.Errorf("%d lines, but %d:%d: %q", lines, e.Line, e.Column, e.Msg)
			}
		}
	})
}

func leasedOf(cfg *config.Config) *config.Leased {
	if cfg.Leased == nil {
		return &config.Leased{}
	}
	return cfg.Leased
}

// checkLeased looks at what the rules take for granted.
func checkLeased(t *testing.T, l *config.Leased) {
	for _, s := range l.Subnets {
		checkTimes(t, s.Ref(), s.Lease)
		for _, p := range s.Pools {
			checkTimes(t, s.Ref(), p.Lease)
			if !s.Prefix.Contains(p.First) || !s.Prefix.Contains(p.Last) || p.Last.Less(p.First) {
				t.Errorf("subnet %s %s: pool %s-%s", s.Ref(), s.Prefix, p.First, p.Last)
			}
			next := p.First
			for _, x := range p.Exclude {
				if x.First.Less(next) || x.Last.Less(x.First) || p.Last.Less(x.Last) {
					t.Errorf("pool %s-%s: exclude %v", p.First, p.Last, p.Exclude)
				}
				next = x.Last.Next()
			}
		}
	}
	levels := []config.Level{l.Level}
	for _, c := range l.Classes {
		levels = append(levels, c.Level)
	}
	for _, r := range l.Reservations {
		levels = append(levels, r.Level)
	}
	for _, level := range levels {
		codes := map[option.Code]bool{}
		for _, o := range level.Options {
			if codes[o.Def.Code] || o.Def.Reserved != "" || o.Send == config.SendNever && o.Value != nil {
				t.Errorf("option %s: %+v", o.Def.Name, o)
			}
			codes[o.Def.Code] = true
		}
	}
}

func checkTimes(t *testing.T, where string, l config.LeaseTimes) {
	if l.Min < time.Second || l.Time < l.Min || l.Max < l.Time || l.Reuse < 0 || l.Reuse > 90 || l.Scarce < 0 || l.Scarce > 100 {
		t.Errorf("subnet %s: %+v", where, l)
	}
	for _, length := range []time.Duration{l.Min, l.Time, l.Max} {
		t1, t2 := l.T1.Of(length), l.T2.Of(length)
		if length != config.Infinite && (t1 <= 0 || t1 > t2 && t2 < length) {
			t.Errorf("subnet %s: t1 %v, t2 %v of %v", where, t1, t2, length)
		}
	}
}
