package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/cli"
	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
)

// lines is a writer that a test can wait on.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{} // has an element when text has grown
}

func (l *lines) init() {
	if l.more == nil {
		l.more = make(chan struct{}, 1)
	}
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.init()
	select {
	case l.more <- struct{}{}:
	default:
	}
	return l.text.Write(p)
}

// wait returns when what was written contains want.
func (l *lines) wait(t *testing.T, want string) {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		l.mu.Lock()
		l.init()
		text := l.text.String()
		l.mu.Unlock()
		if strings.Contains(text, want) {
			return
		}
		select {
		case <-l.more:
		case <-limit:
			t.Fatalf("waited for %q; got\n%s", want, text)
		}
	}
}

// shortDir is a directory whose path leaves room for the name of a socket.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "cli")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// growingLog is an event log of a leased that is restarted: the second life has one event more.
type growingLog struct {
	leasedv1.UnimplementedEventServiceServer
	events []*leasedv1.Event
}

func (g growingLog) Watch(req *leasedv1.WatchRequest, stream grpc.ServerStreamingServer[leasedv1.WatchResponse]) error {
	for _, e := range g.events {
		if e.GetSequence() > req.GetAfter() || req.GetFromNow() {
			if err := stream.Send(&leasedv1.WatchResponse{Events: []*leasedv1.Event{e}, Cursor: e.GetSequence()}); err != nil {
				return err
			}
		}
	}
	<-stream.Context().Done()
	return stream.Context().Err()
}

// TestWatchSurvivesRestart restarts leased under a watch: the watch goes on after the last event it showed, which it shows once.
func TestWatchSurvivesRestart(t *testing.T) {
	socket := filepath.Join(shortDir(t), "leased.sock")
	live := func(events []*leasedv1.Event) (stop func()) {
		s, err := rpc.NewServer(rpc.ServerConfig{
			Listen: []rpc.Endpoint{{Network: rpc.NetworkUnix, Address: socket}},
			Allow:  map[string][]rpc.Role{"leased.v1.EventService": nil},
		}, func(r grpc.ServiceRegistrar) { leasedv1.RegisterEventServiceServer(r, growingLog{events: events}) })
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		<-s.Ready()
		return func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
	stop := live(events()[:2])
	var out, errs lines
	done := make(chan int, 1)
	go func() {
		done <- cli.Run(t.Context(), cli.Env{
			Args:  []string{"event", "watch", "--limit", "3", "-o", "csv", "--leased", "unix://" + socket},
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
			Getenv: func(string) string { return "" }, Now: func() time.Time { return noon },
		})
	}()
	out.wait(t, "\n8,")
	stop()
	errs.wait(t, "lost leased")
	stop = live(events())
	defer stop()
	if status := <-done; status != 0 {
		t.Fatalf("exit status %d, want 0", status)
	}
	var seen []string
	for _, line := range strings.Split(strings.TrimSpace(out.text.String()), "\n")[1:] {
		seen = append(seen, line[:strings.Index(line, ",")])
	}
	if got := strings.Join(seen, " "); got != "7 8 9" {
		t.Errorf("showed events %s, want 7 8 9", got)
	}
}
