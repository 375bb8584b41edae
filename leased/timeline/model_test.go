package timeline_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/internal/arch"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
	"rollcall/leased/timeline"
)

// Whatever a machine does, and in whatever order it is reported: steps are in order and bounded, every verdict is from the closed
// sets, and what is wrong has words.
func TestAnyStoryEnds(t *testing.T) {
	stages := []boot.Stage{
		boot.StageNone, boot.StageFile, boot.StageMenu, boot.StagePort, boot.StageScript, boot.StageLocal, boot.StageDiagnostic,
	}
	reasons := append([]boot.Reason{""}, boot.Reasons()...)
	results := []timeline.Result{timeline.Complete, timeline.Probe, timeline.NotFound, timeline.Refused, timeline.Aborted}
	rapid.Check(t, func(t *rapid.T) {
		s := newTale()
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				s.wait(time.Duration(rapid.Int64Range(0, int64(15*time.Minute)).Draw(t, "wait")))
			case 1:
				s.is(rapid.SampledFrom([]arch.Firmware{arch.BIOS, arch.X64, arch.ARM64}).Draw(t, "firmware"),
					rapid.SampledFrom([]boot.Class{boot.ClassPXE, boot.ClassHTTP, boot.ClassUBoot}).Draw(t, "class"))
			case 2:
				s.ipxe()
			case 3:
				s.starts()
			case 4:
				s.Fetched(hw, &timeline.Fetch{
					Time: s.now.Add(-time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "late"))),
					Path: rapid.SampledFrom([]string{efi, path, "vmlinuz", ""}).Draw(t, "path"), Result: rapid.SampledFrom(results).Draw(t, "result"),
					HTTP: rapid.Bool().Draw(t, "http"), Script: rapid.Bool().Draw(t, "script"), Done: rapid.IntRange(0, 20).Draw(t, "done") == 0,
				}, s.now)
			case 5:
				s.sees("10.77.0.200", rapid.Bool().Draw(t, "proxy"), "OFFER", rapid.SampledFrom([]string{"", "x"}).Draw(t, "file"))
			case 6:
				s.loops(efi)
			default:
				d := gives(rapid.SampledFrom([]engine.Kind{engine.Drop, engine.Offer, engine.Ack, engine.Nak}).Draw(t, "kind"),
					rapid.SampledFrom([]engine.IP{0, ip}).Draw(t, "ip"), rapid.SampledFrom(stages).Draw(t, "stage"),
					rapid.SampledFrom([]string{"", efi, script}).Draw(t, "file"), rapid.SampledFrom([]netip.Addr{none, own, elsewhere}).Draw(t, "server"))
				d.Boot.Answer.Reason = rapid.SampledFrom(reasons).Draw(t, "reason")
				if d.Kind == engine.Drop {
					d.Reason = engine.Reason(d.Boot.Answer.Reason)
				}
				s.hears(rapid.SampledFrom(engine.MessageTypes()).Draw(t, "message"), rapid.SampledFrom([]uint16{67, 4011}).Draw(t, "port"), d)
			}
		}
		for _, after := range []time.Duration{0, 2 * time.Minute} {
			for _, r := range s.Show(hw, 99, s.now.Add(after)) {
				inOrder := slices.IsSortedFunc(r.Steps, func(a, b timeline.Step) int { return a.Time.Compare(b.Time) })
				if len(r.Steps) == 0 || len(r.Steps) > 64 || !inOrder {
					t.Fatalf("steps %v", r.Steps)
				}
				if !slices.Contains(timeline.States(), r.State) {
					t.Fatalf("state %q", r.State)
				}
				if r.Cause != timeline.NoCause && r.Words == "" || r.State == timeline.Failed && (r.Cause == timeline.NoCause || r.Remedy == "") {
					t.Fatalf("%s, %s: %q, %q", r.State, r.Cause, r.Words, r.Remedy)
				}
			}
		}
	})
}
