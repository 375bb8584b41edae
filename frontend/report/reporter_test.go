package report_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	"rollcall/frontend/report"
	"rollcall/internal/fault"
	leasedv1 "rollcall/proto/leased/v1"
)

// leased answers as the test says and keeps what it took over.
type leased struct {
	calls   chan *leasedv1.ReportRequest // every call
	answers chan error                   // for each call
}

func (l *leased) Report(ctx context.Context, req *leasedv1.ReportRequest, _ ...grpc.CallOption) (*leasedv1.ReportResponse, error) {
	l.calls <- req
	select {
	case err := <-l.answers:
		return &leasedv1.ReportResponse{}, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// run runs body with a Reporter in a bubble.
func run(t *testing.T, body func(t *testing.T, r *report.Reporter, l *leased, reg *prometheus.Registry, stop func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l, reg := &leased{calls: make(chan *leasedv1.ReportRequest, 100), answers: make(chan error)}, prometheus.NewRegistry()
		r := report.New(report.Config{Frontend: "fe1", Client: l, Registry: reg})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx) }()
		stop := func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("Run: %v", err)
			}
			ended <- nil
		}
		body(t, r, l, reg, stop)
		stop()
	})
}

func path(i int) *leasedv1.Fetch { return &leasedv1.Fetch{Path: fmt.Sprint(i)} }

func paths(req *leasedv1.ReportRequest) (all []string) {
	for _, f := range req.GetFetches() {
		all = append(all, f.GetPath())
	}
	return all
}

func count(t *testing.T, reg *prometheus.Registry, kind, result string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range families[0].GetMetric() {
		if m.GetLabel()[0].GetValue() == kind && m.GetLabel()[1].GetValue() == result {
			return m.GetCounter().GetValue()
		}
	}
	t.Fatalf("no series for %s, %s", kind, result)
	return 0
}

func TestReporterGathersWhatComesTogether(t *testing.T) {
	run(t, func(t *testing.T, r *report.Reporter, l *leased, reg *prometheus.Registry, _ func()) {
		r.Fetch(path(1))
		r.Sighting(&leasedv1.Sighting{Server: "10.77.0.2"})
		r.Fetch(path(2))
		req := <-l.calls
		if diff := cmp.Diff([]string{"1", "2"}, paths(req)); diff != "" || len(req.GetSightings()) != 1 || req.GetFrontend() != "fe1" {
			t.Errorf("%v; fetches (-want +got):\n%s", req, diff)
		}
		// While one is under way the next gathers.
		r.Fetch(path(3))
		r.Fetch(path(4))
		l.answers <- nil
		if diff := cmp.Diff([]string{"3", "4"}, paths(<-l.calls)); diff != "" {
			t.Errorf("fetches (-want +got):\n%s", diff)
		}
		l.answers <- nil
		synctest.Wait()
		if f, s := count(t, reg, "fetch", "delivered"), count(t, reg, "sighting", "delivered"); f != 4 || s != 1 {
			t.Errorf("%v fetches and %v sightings were delivered, want 4 and 1", f, s)
		}
	})
}

func TestReporterSendsAgainUntilLeasedIsBack(t *testing.T) {
	away := fault.New(fault.Unavailable, "UNREACHABLE", "leased is not there")
	for name, fail := range map[string]func(l *leased){
		"away": func(l *leased) { l.answers <- away },
		"hung": func(*leased) { time.Sleep(time.Minute) }, // the call gives up meanwhile, and again
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, r *report.Reporter, l *leased, _ *prometheus.Registry, _ func()) {
				confirmed := make(chan error, 1)
				go func() { confirmed <- r.Confirm(t.Context(), path(1)) }()
				<-l.calls
				fail(l)
				if diff := cmp.Diff([]string{"1"}, paths(<-l.calls)); diff != "" {
					t.Errorf("fetches (-want +got):\n%s", diff)
				}
				select {
				case err := <-confirmed:
					t.Fatalf("Confirm returned %v before leased had it", err)
				default:
				}
				l.answers <- nil
				if err := <-confirmed; err != nil {
					t.Errorf("Confirm: %v", err)
				}
			})
		})
	}
}

func TestReporterDropsWhatIsRefused(t *testing.T) {
	run(t, func(t *testing.T, r *report.Reporter, l *leased, reg *prometheus.Registry, _ func()) {
		bad := fault.New(fault.Invalid, "BAD_REPORT", "no such protocol")
		confirmed := make(chan error, 1)
		go func() { confirmed <- r.Confirm(t.Context(), path(1)) }()
		<-l.calls
		l.answers <- bad
		if err := <-confirmed; !errors.Is(err, bad) {
			t.Errorf("Confirm: %v, want %v", err, bad)
		}
		r.Fetch(path(2))
		if diff := cmp.Diff([]string{"2"}, paths(<-l.calls)); diff != "" {
			t.Errorf("fetches (-want +got):\n%s", diff)
		}
		l.answers <- nil
		synctest.Wait()
		if n := count(t, reg, "fetch", "refused"); n != 1 {
			t.Errorf("%v were refused, want 1", n)
		}
	})
}

// One report that leased cannot make sense of does not take others with it.
func TestReporterFindsWhatIsRefused(t *testing.T) {
	for _, bad := range []int{0, 3, 6} { // the last stands for the sighting
		run(t, func(t *testing.T, r *report.Reporter, l *leased, reg *prometheus.Registry, _ func()) {
			for i := range 6 {
				r.Fetch(path(i))
			}
			r.Sighting(&leasedv1.Sighting{})
			var got []string
			for left := 7; left > 0; {
				req := <-l.calls
				all := paths(req)
				if len(req.GetSightings()) > 0 {
					all = append(all, "6")
				}
				if slices.Contains(all, fmt.Sprint(bad)) {
					l.answers <- fault.New(fault.Invalid, "BAD_REPORT", "no")
					if len(all) == 1 {
						left--
					}
					continue
				}
				got = append(got, all...)
				left -= len(all)
				l.answers <- nil
			}
			want := slices.DeleteFunc([]string{"0", "1", "2", "3", "4", "5", "6"}, func(s string) bool { return s == fmt.Sprint(bad) })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("with %d refused (-want +got):\n%s", bad, diff)
			}
			synctest.Wait()
			if n := count(t, reg, "fetch", "refused") + count(t, reg, "sighting", "refused"); n != 1 {
				t.Errorf("%v were refused, want 1", n)
			}
		})
	}
}

func TestReporterIsBounded(t *testing.T) {
	run(t, func(t *testing.T, r *report.Reporter, l *leased, reg *prometheus.Registry, _ func()) {
		r.Fetch(path(0))
		<-l.calls // and leased does not answer
		for i := range 5000 {
			r.Fetch(path(i))
			r.Sighting(&leasedv1.Sighting{})
		}
		if f, s := count(t, reg, "fetch", "full"), count(t, reg, "sighting", "full"); f != 5000-4096 || s != 5000-256 {
			t.Errorf("%v fetches and %v sightings found no room, want %d and %d", f, s, 5000-4096, 5000-256)
		}
		// There is room for what somebody waits for.
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := r.Confirm(ctx, path(1)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Confirm: %v, want %v", err, context.DeadlineExceeded)
		}
		l.answers <- nil
		for range 9 { // 4,097 in batches of 512
			if n := len((<-l.calls).GetFetches()); n > 512 {
				t.Errorf("%d fetches in one message", n)
			}
			l.answers <- nil
		}
		synctest.Wait()
		if n := count(t, reg, "fetch", "delivered"); n != 4098 {
			t.Errorf("%v were delivered, want 4098", n)
		}
	})
}

func TestReporterEndsInOrder(t *testing.T) {
	tests := []struct {
		name      string
		answer    error
		delivered float64
	}{
		{"with leased there", nil, 1},
		{"with leased away", fault.New(fault.Unavailable, "UNREACHABLE", "leased is not there"), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, func(t *testing.T, r *report.Reporter, l *leased, reg *prometheus.Registry, stop func()) {
				r.Fetch(path(1))
				go func() { l.answers <- tt.answer }()
				stop()
				if d, a := count(t, reg, "fetch", "delivered"), count(t, reg, "fetch", "abandoned"); d != tt.delivered || a != 1-tt.delivered {
					t.Errorf("%v delivered and %v abandoned, want %v and %v", d, a, tt.delivered, 1-tt.delivered)
				}
				if err := r.Confirm(t.Context(), path(2)); err == nil {
					t.Error("Confirm takes something after the end")
				}
			})
		})
	}
}
