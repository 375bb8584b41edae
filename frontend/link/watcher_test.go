package link_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/frontend/link"
)

// fakeSystem is a host whose interfaces a test creates and deletes.
type fakeSystem struct {
	mu     sync.Mutex
	infos  []link.Info
	refuse error // what Open says
	opens  []link.Config
	peers  map[string]*link.Peer
	subs   []chan struct{}
}

func (s *fakeSystem) Interfaces() ([]link.Info, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.infos), nil
}

func (s *fakeSystem) Subscribe(<-chan struct{}) (<-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := make(chan struct{}, 1)
	s.subs = append(s.subs, ch)
	return ch, nil
}

func (s *fakeSystem) Open(cfg link.Config, info link.Info) (link.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opens = append(s.opens, cfg)
	if s.refuse != nil {
		return nil, s.refuse
	}
	conn, peer := link.Pipe()
	if s.peers == nil {
		s.peers = make(map[string]*link.Peer)
	}
	s.peers[info.Name] = peer
	return conn, nil
}

// change edits the host and notifies the newest subscriber.
func (s *fakeSystem) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
	if n := len(s.subs); n > 0 {
		s.subs[n-1] <- struct{}{}
	}
}

func (s *fakeSystem) openCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.opens)
}

func eth1(index int) link.Info {
	return link.Info{Name: "eth1", Index: index, Up: true, Ethernet: true,
		Addrs: []netip.Prefix{netip.MustParsePrefix("10.20.0.1/22")}}
}

// watch runs a Watcher of eth1 in a bubble until the test body ends.
func watch(t *testing.T, sys *fakeSystem, body func(w *link.Watcher)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := link.NewWatcher(link.WatcherConfig{
			System: sys,
			Serve: func(_ context.Context, _ link.Info, conn link.Conn) error {
				for {
					if _, err := conn.ReadBatch(make([]link.Received, 1)); err != nil {
						return err
					}
				}
			},
		})
		w.Set([]link.Config{{Interface: "eth1"}})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.Run(ctx) }()
		synctest.Wait()
		body(w)
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		for name, peer := range sys.peers {
			select {
			case <-peer.Closed():
			default:
				t.Errorf("conn of %s left open", name)
			}
		}
	})
}

// settled lets the Watcher see a change and act.
func settled() {
	time.Sleep(100 * time.Millisecond)
	synctest.Wait()
}

func wantStatus(t *testing.T, w *link.Watcher, want link.Status) {
	t.Helper()
	st := w.States()
	if len(st) != 1 || st[0].Name != "eth1" || st[0].Status != want {
		t.Errorf("states %+v, want eth1 %v", st, want)
		return
	}
	if ready := st[0].Ready() == nil; ready != (want == link.StatusUp) {
		t.Errorf("ready %v while %v", ready, want)
	}
}

func TestWatcherFollowsAnInterface(t *testing.T) {
	sys := &fakeSystem{}
	watch(t, sys, func(w *link.Watcher) {
		wantStatus(t, w, link.StatusAbsent)

		down := eth1(3)
		down.Up = false
		sys.change(func() { sys.infos = []link.Info{down} })
		settled()
		wantStatus(t, w, link.StatusDown)

		sys.change(func() { sys.infos = []link.Info{eth1(3)} })
		settled()
		wantStatus(t, w, link.StatusUp)
		first := sys.peers["eth1"]

		renumbered := eth1(3)
		renumbered.Addrs = []netip.Prefix{netip.MustParsePrefix("10.99.0.1/24")}
		sys.change(func() { sys.infos = []link.Info{renumbered} })
		settled()
		if got := w.States()[0].Info.Addrs; !slices.Equal(got, renumbered.Addrs) {
			t.Errorf("addresses %v, want %v", got, renumbered.Addrs)
		}
		if n := sys.openCount(); n != 1 {
			t.Errorf("%d opens after a change of address, want 1: the socket must stay", n)
		}

		sys.change(func() { sys.infos = []link.Info{eth1(9)} }) // deleted and recreated
		settled()
		wantStatus(t, w, link.StatusUp)
		select {
		case <-first.Closed():
		default:
			t.Error("the conn of the deleted interface is still open")
		}
		if sys.peers["eth1"] == first {
			t.Error("no new conn for the new interface")
		}

		sys.change(func() { sys.infos = nil })
		settled()
		wantStatus(t, w, link.StatusAbsent)
	})
}

func TestWatcherRetriesAFailedOpen(t *testing.T) {
	sys := &fakeSystem{infos: []link.Info{eth1(3)}, refuse: errors.New("port 67 is taken")}
	watch(t, sys, func(w *link.Watcher) {
		wantStatus(t, w, link.StatusFailed)
		if err := w.States()[0].Ready(); !errors.Is(err, sys.refuse) {
			t.Errorf("readiness says %v, want it to wrap %v", err, sys.refuse)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := sys.openCount(); n < 4 || n > 10 {
			t.Errorf("%d opens in a minute, want a few", n)
		}
		sys.mu.Lock()
		sys.refuse = nil // the other server was stopped; nobody says so
		sys.mu.Unlock()
		time.Sleep(20 * time.Second)
		synctest.Wait()
		wantStatus(t, w, link.StatusUp)
	})
}

func TestWatcherReopensABrokenConn(t *testing.T) {
	sys := &fakeSystem{infos: []link.Info{eth1(3)}}
	watch(t, sys, func(w *link.Watcher) {
		sys.peers["eth1"].Break(errors.New("input/output error"))
		synctest.Wait()
		wantStatus(t, w, link.StatusFailed)
		settled()
		time.Sleep(time.Second)
		synctest.Wait()
		wantStatus(t, w, link.StatusUp)
		if n := sys.openCount(); n != 2 {
			t.Errorf("%d opens, want 2", n)
		}
	})
}

func TestWatcherSurvivesLostNotifications(t *testing.T) {
	sys := &fakeSystem{}
	watch(t, sys, func(w *link.Watcher) {
		sys.mu.Lock()
		close(sys.subs[0])
		sys.infos = []link.Info{eth1(3)}
		sys.mu.Unlock()
		time.Sleep(time.Second)
		synctest.Wait()
		wantStatus(t, w, link.StatusUp)
		sys.change(func() { sys.infos = nil }) // through the new subscription
		settled()
		wantStatus(t, w, link.StatusAbsent)
	})
}

func TestWatcherReload(t *testing.T) {
	eth2 := link.Info{Name: "eth2", Index: 4, Up: true, Ethernet: true}
	sys := &fakeSystem{infos: []link.Info{eth1(3), eth2}}
	watch(t, sys, func(w *link.Watcher) {
		kept := sys.peers["eth1"]
		w.Set([]link.Config{{Interface: "eth1"}, {Interface: "eth2"}})
		synctest.Wait()
		if sys.peers["eth1"] != kept || sys.peers["eth2"] == nil {
			t.Fatalf("opens %v, want eth1 untouched and eth2 new", sys.opens)
		}
		w.Set([]link.Config{{Interface: "eth2"}})
		synctest.Wait()
		select {
		case <-kept.Closed():
		default:
			t.Error("eth1 left the configuration and is still open")
		}
		w.Set([]link.Config{{Interface: "eth2", Ports: []uint16{67, 4011}}})
		synctest.Wait()
		if n := sys.openCount(); n != 3 {
			t.Errorf("%d opens, want 3: new ports need new sockets", n)
		}
		tagged := link.Config{Interface: "eth2", Ports: []uint16{67, 4011}, VLANs: []link.VLANs{{First: 100, Last: 100}}}
		for i, own := range []link.Tags{{}, {}, {{TPID: 0x8100, TCI: 7}}} { // the second time nothing changes
			tagged.Tags = own
			w.Set([]link.Config{tagged})
			synctest.Wait()
			if want := []int{4, 4, 5}[i]; sys.openCount() != want {
				t.Errorf("%d opens, want %d: new VLANs or tags need new sockets, old ones do not", sys.openCount(), want)
			}
		}
	})
}

func TestPipe(t *testing.T) {
	conn, peer := link.Pipe()
	go peer.Deliver(link.Received{Payload: []byte("a")}, link.Received{Payload: []byte("b")})
	buf := make([]link.Received, 1)
	for _, want := range []string{"a", "b"} {
		if n, err := conn.ReadBatch(buf); n != 1 || err != nil || string(buf[0].Payload) != want {
			t.Fatalf("read %d, %v, %q; want %q", n, err, buf[0].Payload, want)
		}
	}
	payload := []byte("reply")
	if n, err := conn.WriteBatch([]link.Send{{Payload: payload}}); n != 1 || err != nil {
		t.Fatalf("wrote %d, %v", n, err)
	}
	payload[0] = 'X'
	if got := <-peer.Sent(); string(got.Payload) != "reply" {
		t.Errorf("sent %q; the pipe must keep no reference", got.Payload)
	}
	_ = conn.Close()
	if _, err := conn.ReadBatch(buf); !errors.Is(err, net.ErrClosed) {
		t.Errorf("read after close: %v, want net.ErrClosed", err)
	}
}
