package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/internal/config"
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
			for _, s := range leasedOf(cfg).Subnets {
				if t1, t2 := s.Lease.T1.Of(s.Lease.Time), s.Lease.T2.Of(s.Lease.Time); t1 > t2 || t2 > s.Lease.Time || t1 <= 0 {
					t.Errorf("subnet %s: t1 %v, t2 %v, time %v", s.Ref(), t1, t2, s.Lease.Time)
				}
				for _, p := range s.Pools {
					if !s.Prefix.Contains(p.First) || !s.Prefix.Contains(p.Last) || p.Last.Less(p.First) {
						t.Errorf("subnet %s %s: pool %s-%s", s.Ref(), s.Prefix, p.First, p.Last)
					}
				}
			}
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
