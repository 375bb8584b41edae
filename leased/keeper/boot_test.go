package keeper_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/arch"
	"rollcall/internal/event"
	"rollcall/internal/option"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

// watcher notes what it is told.
type watcher struct {
	mu       sync.Mutex
	watching bool
	told     []string
}

func (w *watcher) Watching() bool { w.mu.Lock(); defer w.mu.Unlock(); return w.watching }

func (w *watcher) Decided(_ time.Time, q *engine.Query, d *engine.Decision) {
	w.mu.Lock()
	defer w.mu.Unlock()
	boots := "-"
	if d.Boot != nil {
		boots = d.Boot.Answer.Stage.String() + string(d.Boot.Answer.Reason)
	}
	w.told = append(w.told, fmt.Sprintf("%s %s %v %s", q.HW.Bytes()[2:3], q.Type, d.Kind, boots))
}

func (w *watcher) watch() { w.mu.Lock(); defer w.mu.Unlock(); w.watching = true }

func (w *watcher) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	told := w.told
	w.told = nil
	return told
}

// files are boot settings with a file for one kind of firmware.
func files() *boot.Settings {
	return &boot.Settings{Files: []boot.FirmwareFile{{Firmware: arch.X64, Value: boot.Says("ipxe.efi", "global")}}}
}

// pxe makes a message one of UEFI that boots.
func (l *lab) pxe(typ engine.MessageType, client, addr string) (q engine.Query) {
	q = l.query(typ, client, addr).Query
	q.Options = q.Options.AppendString(option.VendorClass, "PXEClient:Arch:00007").Append(option.ClientArch, []byte{0, 7})
	return q
}

func TestWatcherHearsOfBoots(t *testing.T) {
	w := &watcher{}
	inLab(t, func(l *lab, s *engine.Settings) {
		l.watch, l.boot, s.FloodActions, s.FloodRefill, s.FloodSuspend = w, files(), 5, 1000, 60
	}, func(l *lab) {
		l.see()
		hears := func(want ...string) {
			t.Helper()
			if diff := cmp.Diff(want, w.take()); diff != "" {
				t.Errorf("the watcher was told (-want +got):\n%s", diff)
			}
		}
		say := func(q engine.Query) {
			k := l.query(q.Type, "", "")
			k.Query = q
			l.ask(k)
			synctest.Wait()
		}
		say(l.pxe(engine.Discover, "a", ""))
		hears() // its address is being probed
		say(l.pxe(engine.Discover, "a", ""))
		hears("a DISCOVER DROP ")
		time.Sleep(time.Second)
		synctest.Wait()
		hears("a DISCOVER OFFER file")
		say(l.pxe(engine.Request, "a", "10.80.1.0"))
		hears("a REQUEST ACK file")
		say(l.renew("a", "10.80.1.0").Query)
		hears() // the operating system, and nobody watches
		w.watch()
		say(l.renew("a", "10.80.1.0").Query)
		hears("a REQUEST ACK -")
		for range 6 {
			say(l.renew("b", "10.80.1.1").Query)
		}
		if told := w.take(); len(told) != 6 || told[5] != "b REQUEST DROP -" {
			t.Errorf("of one that sends too much the watcher was told %q", told)
		}
	})
}

// What tells of a boot is on disk before the machine is told, where no lease is written too.
func TestBootWaitsForTheDisk(t *testing.T) {
	inLab(t, func(l *lab, _ *engine.Settings) { l.boot, l.disk.sync = files(), 50*time.Millisecond }, func(l *lab) {
		time.Sleep(time.Second)
		q := l.query(engine.Request, "a", "")
		q.Query = l.pxe(engine.Request, "a", "")
		q.Port, q.CIAddr = boot.PXEPort, ip("10.80.1.7")
		l.ask(q)
		time.Sleep(49 * time.Millisecond)
		l.none()
		time.Sleep(time.Millisecond)
		if got := l.only(); got.kind != engine.Ack {
			t.Errorf("came %+v", got)
		}
		if told := l.disk.told(); !slices.Contains(told, event.BootOffered) {
			t.Errorf("on disk is %v", told)
		}
		if l.disk.lease("10.80.1.7") != nil {
			t.Error("a lease was written")
		}
	})
}

// A machine that says that it is done is done when that is on disk.
func TestBootIsDoneOnDisk(t *testing.T) {
	inLab(t, func(l *lab, _ *engine.Settings) { l.boot, l.disk.sync = files(), 50*time.Millisecond }, func(l *lab) {
		r, c := engine.Reservation{ID: "1", Kind: engine.ByHardware, Value: string(hw("a").Bytes()), Subnet: "yard",
			Details: &engine.Details{Netboot: boot.Once}}, engine.Commit{}
		change := func(f func(s *engine.State, now time.Time) engine.Commit) time.Duration {
			t.Helper()
			began := time.Now()
			if err := l.k.Change(l.ctx, func(s *engine.State, now time.Time) (engine.Commit, error) { return f(s, now), nil }); err != nil {
				t.Fatal(err)
			}
			return time.Since(began)
		}
		change(func(s *engine.State, now time.Time) engine.Commit {
			var put *engine.Reservation
			var err error
			if put, c, err = s.Enrol(r, now); err != nil {
				t.Fatal(err)
			}
			s.PutReservation(put)
			return c
		})
		finish := func(s *engine.State, now time.Time) engine.Commit { c, _ := s.FinishBoot(hw("a"), now); return c }
		if took := change(finish); took < l.disk.sync {
			t.Errorf("done after %v", took)
		}
		done := l.disk.boots
		if len(done) != 1 || done[0].HW != hw("a") || done[0].Done == 0 {
			t.Errorf("on disk is %+v", done)
		}
		if told := l.disk.told(); told[len(told)-1] != event.BootDone {
			t.Errorf("told was %v", told)
		}
		change(func(s *engine.State, now time.Time) engine.Commit { c, _ := s.RestartBoot(hw("a"), now); return c })
		if done = l.disk.boots; len(done) != 2 || done[1].HW != hw("a") || done[1].Done != 0 {
			t.Errorf("on disk is %+v", done)
		}
	})
}
