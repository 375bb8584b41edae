package timeline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/arch"
	"rollcall/internal/option"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
	"rollcall/leased/timeline"
)

// steps renders those of a run.
func steps(r *timeline.Run) string {
	var b strings.Builder
	for _, s := range r.Steps {
		fmt.Fprintf(&b, "+%.1fs %s %s", s.Time.Sub(r.Began).Seconds(), s.What, s.Detail)
		for _, more := range []string{s.Because, s.Reason, string(s.Result)} {
			if more != "" {
				b.WriteString("; " + more)
			}
		}
		if s.Count > 1 {
			fmt.Fprintf(&b, " x%d", s.Count)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestStepsTellTheWay(t *testing.T) {
	s := newTale()
	s.c.UUID = []byte("\x00\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff")
	s.hears(engine.Discover, 67, gives(engine.Offer, ip, boot.StageFile, efi, own))
	s.sees("10.77.0.200", true, "OFFER", "")
	s.wait(4 * time.Second)
	s.hears(engine.Discover, 67, gives(engine.Offer, ip, boot.StageFile, efi, own)) // again
	s.hears(engine.Request, 67, gives(engine.Ack, ip, boot.StageFile, efi, own), 10, 77, 0, 1)
	s.fetches(efi, timeline.Probe)
	s.fetches(efi, timeline.Complete)
	s.wait(2 * time.Second)
	s.ipxe()
	s.hears(engine.Discover, 67, gives(engine.Offer, ip, boot.StageScript, script, own))
	s.fetches("autoexec.ipxe", timeline.NotFound)
	s.fetchesHTTP(path, timeline.Complete, true)
	s.wait(20 * time.Second)
	s.starts()
	runs := s.Show(hw, 5, s.now)
	if len(runs) != 1 {
		t.Fatalf("%d runs, want one", len(runs))
	}
	because := "boot.files.uefi-x64 from subnet hall (rollcall.yaml:12)"
	want := `+0.0s DISCOVER uefi-x64 x2
+0.0s OFFER 10.77.0.11, ipxe.efi from 10.77.0.1; ` + because + ` x2
+0.0s FOREIGN-PROXY OFFER of 10.77.0.200 (52:54:00:00:02:00)
+4.0s REQUEST takes the offer of 10.77.0.1
+4.0s ACK 10.77.0.11, ipxe.efi from 10.77.0.1; ` + because + `
+4.0s TFTP ipxe.efi; probe
+4.1s TFTP ipxe.efi; complete
+6.1s DISCOVER iPXE, uefi-x64
+6.1s OFFER 10.77.0.11, ` + script + "; " + because + `
+6.1s TFTP autoexec.ipxe; not-found
+6.1s SCRIPT ` + path + `; complete
+26.1s SYSTEM DISCOVER of MSFT 5.0
`
	if diff := cmp.Diff(want, steps(&runs[0])); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r := runs[0]
	if r.Firmware != "uefi-x64" || r.UUID != "00112233-4455-6677-8899-aabbccddeeff" || r.IP != ip || r.State != timeline.Booted {
		t.Errorf("run is of %s, %s, %v, %s", r.Firmware, r.UUID, r.IP, r.State)
	}
}

// An answer that is the same as the one before it is another one where it answers something else.
func TestAnswersStandBelowTheirQuestions(t *testing.T) {
	s := newTale()
	for _, class := range []boot.Class{boot.ClassPXE, boot.ClassPXE, boot.ClassHTTP} {
		s.is(arch.X64, class)
		s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.BootLoop))
		s.wait(4 * time.Second)
	}
	r := s.Show(hw, 1, s.now)[0]
	var what []string
	for _, step := range r.Steps {
		what = append(what, fmt.Sprint(step.What, " ", step.Count))
	}
	if diff := cmp.Diff([]string{"DISCOVER 2", "OFFER 2", "DISCOVER 1", "OFFER 1"}, what); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.State != timeline.Looping || r.Code != "PXE-E16" {
		t.Errorf("%s with code %s, as PXE shows it first", r.State, r.Code)
	}
}

// A report comes late, when iPXE is asking already: what firmware fetched is its own.
func TestLateReport(t *testing.T) {
	s := newTale()
	s.leases(boot.StageFile, efi, own)
	fetched := s.now
	s.wait(time.Second)
	s.ipxe()
	s.leases(boot.StageScript, script, own)
	s.Fetched(hw, &timeline.Fetch{Time: fetched, Path: efi, Result: timeline.Complete}, s.now)
	r := s.Show(hw, 1, s.now.Add(2*time.Minute))[0]
	if at := strings.Index(steps(&r), "TFTP"); at < 0 || at > strings.Index(steps(&r), "iPXE") {
		t.Errorf("not in order:\n%s", steps(&r))
	}
	if r.Cause != timeline.NeverFetched || !strings.Contains(r.Words, script) {
		t.Errorf("%s: %s", r.Cause, r.Words)
	}
}

func TestWhereRunsEnd(t *testing.T) {
	firmware := func(s *tale) { s.is(arch.X64, boot.ClassPXE); s.leases(boot.StageFile, efi, own) }
	for name, tt := range map[string]struct {
		between func(s *tale)
		runs    int
	}{
		"asked again":            {func(s *tale) { s.wait(16 * time.Second) }, 1},
		"silence":                {func(s *tale) { s.wait(11 * time.Minute) }, 2},
		"fetched, and restarted": {func(s *tale) { s.fetches(efi, timeline.Complete); s.wait(time.Second) }, 2},
		"iPXE, and restarted":    {func(s *tale) { s.ipxe(); s.leases(boot.StageScript, script, own); s.wait(time.Second) }, 2},
		"operating system":       {func(s *tale) { s.starts(); s.wait(time.Second) }, 2},
		"HTTP boot in between":   {func(s *tale) { s.is(arch.X64, boot.ClassHTTP); s.leases(boot.StageFile, script, own) }, 2},
		"let boot again":         {func(s *tale) { s.Restarted(hw) }, 2},
	} {
		s := newTale()
		firmware(s)
		tt.between(s)
		firmware(s)
		if runs := s.Show(hw, 16, s.now); len(runs) != tt.runs {
			t.Errorf("%s: %d runs, want %d", name, len(runs), tt.runs)
		}
	}
}

// Not every message that says nothing of booting is one of an operating system.
func TestOthersThanTheOperatingSystem(t *testing.T) {
	for name, tt := range map[string]struct {
		kind engine.MessageType
		d    engine.Decision
	}{
		"firmware that sends too much": {engine.Discover, engine.Decision{Kind: engine.Drop, Reason: engine.Suspended}},
		"HTTP boot gives up":           {engine.Release, engine.Decision{Kind: engine.Drop, Reason: engine.ReleaseDone}},
		"a relay asks":                 {engine.LeaseQuery, engine.Decision{Kind: engine.Ack, IP: ip}},
	} {
		s := newTale()
		s.leases(boot.StageFile, efi, own)
		s.Decided(s.now, &engine.Query{Link: link, Port: 67, Type: tt.kind, HW: hw}, &tt.d)
		r := s.Show(hw, 1, s.now)[0]
		if strings.Contains(steps(&r), string(timeline.System)) {
			t.Errorf("%s:\n%s", name, steps(&r))
		}
	}
}

// Where another server gives the addresses, a machine is found by the address that it asks that server for, and by no other.
func TestAddressOfAnotherServer(t *testing.T) {
	s := newTale()
	s.hears(engine.Discover, 67, gives(engine.Offer, 0, boot.StageFile, "undionly.kpxe", own))
	asks := func(why engine.Reason) {
		q := &engine.Query{Link: link, Port: 67, Type: engine.Request, HW: hw}
		q.Options = q.Options.AppendUint32(option.RequestedAddress, uint32(ip))
		s.Decided(s.now, q, &engine.Decision{Kind: engine.Drop, Reason: why, Boot: &engine.Booting{Client: s.c}})
	}
	asks(engine.OtherServer)
	if _, ok := s.HardwareAt(ip); ok {
		t.Error("found by an address that another client may have")
	}
	asks(engine.Reason(boot.AddressServers))
	if at, ok := s.HardwareAt(ip); !ok || at != hw {
		t.Errorf("%v has its address", at)
	}
}

// iPXE that is in the machine begins its own runs.
func TestIPXEInTheMachine(t *testing.T) {
	s := newTale()
	s.ipxe()
	for range 3 {
		s.leases(boot.StageScript, script, own)
		s.fetchesHTTP(path, timeline.Complete, true)
		s.wait(5 * time.Second)
	}
	if runs := s.Show(hw, 16, s.now); len(runs) != 3 {
		t.Errorf("%d runs, want 3", len(runs))
	}
}

func TestBounds(t *testing.T) {
	s := newTale()
	for i := range 40 {
		s.leases(boot.StageFile, fmt.Sprintf("file%d", i), own)
		s.wait(5 * time.Minute * time.Duration(i%2*3)) // every other one ends with silence
	}
	for i := range 200 {
		s.fetches(fmt.Sprintf("part%d", i), timeline.Complete)
	}
	runs := s.Show(hw, 99, s.now)
	if len(runs) != 16 {
		t.Errorf("%d runs, want 16", len(runs))
	}
	last := runs[len(runs)-1]
	if len(last.Steps) != 64 || last.LeftOut < 100 || last.Steps[63].Detail != "part199" {
		t.Errorf("%d steps, %d left out, the last is %s", len(last.Steps), last.LeftOut, last.Last.Detail)
	}

	for i := range 5000 {
		q := &engine.Query{Link: link, Port: 67, Type: engine.Discover, HW: engine.HWOf(1, []byte{2, 0, 0, 0, byte(i >> 8), byte(i)})}
		d := gives(engine.Offer, engine.IP(i+1), boot.StageFile, efi, own)
		s.Decided(s.now, q, &d)
	}
	if got := s.List("", 9999, s.now); len(got) != 4096 || got[0].HW.Octets[5] != byte(4999&0xff) {
		t.Errorf("%d machines, the latest %v", len(got), got[0].HW)
	}
	if runs := s.Show(hw, 1, s.now); runs != nil {
		t.Error("the one not heard of for longest is still there")
	}
	if _, ok := s.HardwareAt(1); ok {
		t.Error("and so is the address of another")
	}
}

// What does not boot costs nothing.
func TestOrdinaryMessagesCostNothing(t *testing.T) {
	s := newTale()
	q := &engine.Query{Link: link, Port: 67, Type: engine.Request, HW: engine.HWOf(1, []byte{2, 0, 0, 0, 0, 9})}
	d := &engine.Decision{Kind: engine.Ack, IP: ip}
	if s.Watching() {
		t.Error("watching, and nothing boots")
	}
	s.leases(boot.StageFile, efi, own)
	if !s.Watching() {
		t.Error("not watching, and a machine boots")
	}
	if n := testing.AllocsPerRun(100, func() { s.Decided(s.now, q, d) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	s.wait(time.Hour)
	s.Decided(s.now, q, d)
	if s.Watching() {
		t.Error("still watching when all is over")
	}
}

func TestList(t *testing.T) {
	s := newTale()
	s.leases(boot.StageFile, efi, own)
	if got := s.List(timeline.Failed, 10, s.now); len(got) != 0 {
		t.Errorf("%d failed already", len(got))
	}
	s.wait(5 * time.Minute)
	if got := s.List(timeline.Failed, 10, s.now); len(got) != 1 || got[0].Cause != timeline.NeverFetched || got[0].Last.What != timeline.Ack {
		t.Errorf("failed are %+v", got)
	}
	if at, ok := s.HardwareAt(ip); !ok || at != hw {
		t.Errorf("%v has its address", at)
	}
}
