package webhookd_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/internal/config"
	"rollcall/internal/obs"
	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
	webhookdv1 "rollcall/proto/webhookd/v1"
	"rollcall/webhookd"
)

const secret = "0123456789abcdef0123456789abcdef"

// host is a machine with a leased, on which webhookd is started and stopped.
type host struct {
	t        *testing.T
	dir      string
	leased   *leased
	service  *webhookd.Service
	registry *prometheus.Registry
	ready    *obs.Ready
	api      webhookdv1.DeliveryServiceClient
	conn     *grpc.ClientConn
	cancel   context.CancelFunc
	ended    chan error // nil while webhookd does not run
}

func newHost(t *testing.T) *host {
	t.Helper()
	// Not t.TempDir: the path of a unix socket has to be short.
	dir, err := os.MkdirTemp("", "rcwh")
	if err != nil {
		t.Fatal(err)
	}
	h := &host{t: t, dir: dir, leased: &leased{t: t, path: filepath.Join(dir, "leased.sock"), change: make(chan struct{})}}
	h.leased.start()
	t.Cleanup(func() {
		h.stopped()
		h.leased.stop()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return h
}

// endpoint returns an endpoint whose secret file exists.
func (h *host) endpoint(name, url string, events ...string) config.WebhookEndpoint {
	h.t.Helper()
	path := filepath.Join(h.dir, name+".secret")
	if err := os.WriteFile(path, []byte("whsec_"+base64.StdEncoding.EncodeToString([]byte(secret))+"\n"), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return config.WebhookEndpoint{Name: name, URL: url, SecretFiles: []string{path}, Events: events, Timeout: 10 * time.Second, MaxAge: time.Hour}
}

func (h *host) config(endpoints ...config.WebhookEndpoint) webhookd.Config {
	h.registry, h.ready = prometheus.NewRegistry(), &obs.Ready{}
	return webhookd.Config{
		Webhookd: config.Webhookd{
			Leased:    config.Endpoint{Network: "unix", Address: h.leased.path},
			Listen:    []config.Endpoint{{Network: "unix", Address: h.dir + "/webhookd.sock"}},
			Endpoints: endpoints,
		},
		DataDir: filepath.Join(h.dir, "data"), Source: "//test/rollcall", Registry: h.registry, Ready: h.ready,
	}
}

// start starts webhookd and returns its configuration.
func (h *host) start(endpoints ...config.WebhookEndpoint) config.Webhookd {
	h.t.Helper()
	cfg := h.config(endpoints...)
	var err error
	if h.service, err = webhookd.New(cfg); err != nil {
		h.t.Fatal(err)
	}
	if h.conn, err = rpc.Dial(rpc.Endpoint(cfg.Webhookd.Listen[0]), nil); err != nil {
		h.t.Fatal(err)
	}
	h.api = webhookdv1.NewDeliveryServiceClient(h.conn)
	ctx, cancel := context.WithCancel(context.Background())
	h.cancel, h.ended = cancel, make(chan error, 1)
	go func() { h.ended <- h.service.Run(ctx) }()
	<-h.service.Ready()
	return cfg.Webhookd
}

// stopped stops webhookd if it runs.
func (h *host) stopped() {
	h.t.Helper()
	if h.ended == nil {
		return
	}
	h.cancel()
	if err := errors.Join(<-h.ended, h.conn.Close()); err != nil {
		h.t.Errorf("stop: %v", err)
	}
	h.ended = nil
}

func (h *host) until(what string, ok func() bool) {
	h.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			h.t.Fatalf("not in ten seconds: %s", what)
		}
	}
}

func (h *host) untilReady(want bool) {
	h.t.Helper()
	h.until("readiness", func() bool {
		return !slices.ContainsFunc(h.ready.Check(), func(r obs.Result) bool { return r.Err != nil }) == want
	})
}

// untilQueued waits until the API lists n deliveries.
func (h *host) untilQueued(n int) {
	h.t.Helper()
	h.until("queue", func() bool {
		res, err := h.api.List(h.t.Context(), &webhookdv1.ListRequest{})
		if err != nil {
			h.t.Fatal(err)
		}
		return len(res.GetDeliveries()) == n
	})
}

// verify checks a webhook with the reference library, given the secret as it stands in the file.
func (h *host) verify(w webhook) error {
	h.t.Helper()
	wh, err := standardwebhooks.NewWebhook("whsec_" + base64.StdEncoding.EncodeToString([]byte(secret)))
	if err != nil {
		h.t.Fatal(err)
	}
	return wh.Verify(w.body, w.header)
}

// desk receives webhooks.
type desk struct {
	url     string
	arrived chan webhook

	mu     sync.Mutex
	status int
	hangs  bool
}

type webhook struct {
	header http.Header
	body   []byte
	doc    struct {
		Type, Subject string
		Data          struct{ Sequence uint64 }
	}
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{arrived: make(chan webhook, 100), status: http.StatusNoContent}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := webhook{header: r.Header.Clone()}
		var err error
		if got.body, err = io.ReadAll(r.Body); err != nil {
			return // the sender gave up
		}
		if err := json.Unmarshal(got.body, &got.doc); err != nil {
			t.Errorf("%s: %v", got.body, err)
		}
		d.mu.Lock()
		status, hangs := d.status, d.hangs
		d.mu.Unlock()
		d.arrived <- got
		if hangs {
			<-r.Context().Done()
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	d.url = srv.URL
	return d
}

func (d *desk) answer(status int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status = status
}

func (d *desk) hang() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hangs = true
}

// next returns the next webhook to arrive.
func (d *desk) next(t *testing.T) webhook {
	t.Helper()
	select {
	case w := <-d.arrived:
		return w
	case <-time.After(10 * time.Second):
		t.Fatal("no webhook in ten seconds")
		return webhook{}
	}
}

// leased is an event log behind a unix socket.
type leased struct {
	leasedv1.UnimplementedEventServiceServer
	t    *testing.T
	path string
	stop func()

	mu     sync.Mutex
	events []*leasedv1.Event
	change chan struct{} // closed by every new event
}

func (l *leased) start() {
	l.t.Helper()
	srv, err := rpc.NewServer(rpc.ServerConfig{
		Listen: []rpc.Endpoint{{Network: rpc.NetworkUnix, Address: l.path}}, Allow: map[string][]rpc.Role{"leased.v1.EventService": nil},
	}, func(r grpc.ServiceRegistrar) { leasedv1.RegisterEventServiceServer(r, l) })
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	<-srv.Ready()
	l.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			l.t.Error(err)
		}
	})
}

func (l *leased) log(kind string, machines ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range machines {
		l.events = append(l.events, &leasedv1.Event{
			Sequence: uint64(len(l.events)) + 1, Kind: kind, Time: timestamppb.Now(), Machine: &leasedv1.Machine{Hardware: m},
		})
	}
	close(l.change)
	l.change = make(chan struct{})
}

func (l *leased) List(context.Context, *leasedv1.EventServiceListRequest) (*leasedv1.EventServiceListResponse, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &leasedv1.EventServiceListResponse{Last: uint64(len(l.events))}, nil
}

func (l *leased) Watch(req *leasedv1.WatchRequest, stream grpc.ServerStreamingServer[leasedv1.WatchResponse]) error {
	for cursor := req.GetAfter(); ; {
		l.mu.Lock()
		news, change := l.events[min(cursor, uint64(len(l.events))):], l.change
		l.mu.Unlock()
		cursor += uint64(len(news))
		res := &leasedv1.WatchResponse{Cursor: cursor}
		for _, e := range news {
			if len(req.GetKinds()) == 0 || slices.ContainsFunc(req.GetKinds(), func(k string) bool {
				return k == e.GetKind() || strings.HasSuffix(k, ".*") && strings.HasPrefix(e.GetKind(), strings.TrimSuffix(k, "*"))
			}) {
				res.Events = append(res.Events, e)
			}
		}
		if len(news) > 0 {
			if err := stream.Send(res); err != nil {
				return err
			}
		}
		select {
		case <-change:
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}
}
