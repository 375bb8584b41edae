package lab_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/internal/config"
	"rollcall/internal/lab"
	leasedv1 "rollcall/proto/leased/v1"
)

// The configuration of the lab has to pass the same check as any other.
func TestConfiguration(t *testing.T) {
	secret, path, err := lab.Prepare(t.TempDir(), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Frontend == nil || cfg.Leased == nil || cfg.Webhookd == nil {
		t.Errorf("a service is missing: %+v", cfg)
	}
	if got := cfg.Leased.Subnets[1].Lease.Time; got != 10*time.Second {
		t.Errorf("guest leases last %v, want 10s", got)
	}
	b, err := os.ReadFile(cfg.Webhookd.Endpoints[0].SecretFiles[0])
	if err != nil || strings.TrimSpace(string(b)) != secret {
		t.Errorf("secret of the endpoint is %q (%v), want that of the desk", b, err)
	}
}

func TestMissing(t *testing.T) {
	have := func(programs ...string) func(string) (string, error) {
		return func(p string) (string, error) {
			for _, have := range programs {
				if p == have {
					return "/sbin/" + p, nil
				}
			}
			return "", errors.New("not found")
		}
	}
	tests := []struct {
		name string
		uid  int
		have []string
		want string // "" for no error
	}{
		{"all there", 0, []string{"ip", "dhclient", "udhcpc"}, ""},
		{"not root", 1000, []string{"ip", "dhclient", "udhcpc"}, "root"},
		{"one", 0, []string{"ip", "dhclient"}, "needs udhcpc: apt-get install -y --no-install-recommends udhcpc$"},
		{"all", 0, nil, "--no-install-recommends isc-dhcp-client udhcpc iproute2$"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := lab.Check(tt.uid, have(tt.have...))
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !regexp.MustCompile(tt.want).MatchString(err.Error()) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestNarrator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		n := lab.NewNarrator(&out)
		n.Say("network", "one link")
		time.Sleep(2300 * time.Millisecond)
		n.Say("squatter", "sits on %d addresses", 1)
		n.Say("squatter", "and stays")
		want := "   0.0s  network      one link\n" +
			"   2.3s  squatter     sits on 1 addresses\n" +
			"   2.3s               and stays\n"
		if out.String() != want {
			t.Errorf("got\n%swant\n%s", out.String(), want)
		}
	})
}

func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		err := lab.Wait(t.Context(), "third call", time.Minute, func(context.Context) (bool, error) {
			calls++
			return calls == 3, errors.New("not yet")
		})
		if err != nil || calls != 3 {
			t.Errorf("after %d calls: %v", calls, err)
		}

		begin := time.Now()
		reason := errors.New("no such lease")
		err = lab.Wait(t.Context(), "lease", time.Minute, func(ctx context.Context) (bool, error) {
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
			return false, reason
		})
		if !errors.Is(err, reason) || time.Since(begin) != time.Minute {
			t.Errorf("after %v: %v, want %v", time.Since(begin), err, reason)
		}

		// A check that hangs until its context ends.
		begin = time.Now()
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := errors.New("leased ended")
		time.AfterFunc(time.Second, func() { cancel(ended) })
		err = lab.Wait(ctx, "lease", time.Minute, func(ctx context.Context) (bool, error) {
			<-ctx.Done()
			return false, ctx.Err()
		})
		if !errors.Is(err, ended) || time.Since(begin) != time.Second {
			t.Errorf("after %v: %v, want %v", time.Since(begin), err, ended)
		}
	})
}

func TestCompare(t *testing.T) {
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	const active, expired = leasedv1.LeaseState_LEASE_STATE_ACTIVE, leasedv1.LeaseState_LEASE_STATE_EXPIRED
	mine := lab.Row("10.20.0.200", "08:00:27:2c:49:4b", noon, active, false)
	found := lab.Row("10.99.0.60", "52:54:00:aa:00:01", noon, active, true)
	later := lab.Row("10.99.0.60", "52:54:00:aa:00:01", noon.Add(time.Minute), active, true)
	ended := lab.Row("10.99.0.60", "52:54:00:aa:00:01", noon, expired, true)
	other := lab.Row("10.20.0.200", "52:54:00:12:34:56", noon, active, false)
	shorter := lab.Row("10.20.0.200", "08:00:27:2c:49:4b", noon.Add(-time.Minute), active, false)
	gone := lab.Row("10.20.0.200", "08:00:27:2c:49:4b", noon, expired, false)
	before := []lab.TableRow{mine, found}
	for _, after := range [][]lab.TableRow{{mine, found}, {found, mine}, {mine, later}, {mine, ended}} {
		if err := lab.Compare(before, after); err != nil {
			t.Errorf("%v after %v: %v", after, before, err)
		}
	}
	for _, after := range [][]lab.TableRow{{mine}, {other, found}, {shorter, found}, {gone, found}, nil} {
		if err := lab.Compare(before, after); err == nil {
			t.Errorf("%v is no loss after %v", after, before)
		}
	}
}
