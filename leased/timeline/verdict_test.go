package timeline_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"rollcall/internal/arch"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
	"rollcall/leased/timeline"
)

const (
	efi    = "ipxe.efi"
	script = "http://10.77.0.1:8080/boot/52-54-00-00-00-01.ipxe"
	path   = "/boot/52-54-00-00-00-01.ipxe"
)

var none netip.Addr

// Each story ends in the verdict that an operator needs.
func TestVerdicts(t *testing.T) {
	for name, tt := range map[string]struct {
		story func(s *tale)
		// after is how long after the end of the story somebody looks.
		after time.Duration
		state timeline.State
		cause timeline.Cause
		code  string
		words []string
	}{
		"under way": {story: func(s *tale) { s.leases(boot.StageFile, efi, own) }, state: timeline.Booting},
		"file under way": {story: func(s *tale) {
			s.leases(boot.StageFile, efi, own)
			s.fetches(efi, timeline.Probe)
		}, after: time.Second, state: timeline.Booting},
		"script fetched": {story: func(s *tale) {
			s.leases(boot.StageFile, efi, own)
			s.fetches(efi, timeline.Probe)
			s.fetches(efi, timeline.Complete)
			s.wait(2 * time.Second)
			s.ipxe()
			s.leases(boot.StageScript, script, own)
			s.fetchesHTTP(path, timeline.Complete, true)
		}, state: timeline.Booted, words: []string{"has its script"}},
		"operating system runs": {story: func(s *tale) {
			s.ipxe()
			s.leases(boot.StageScript, script, own)
			s.fetchesHTTP(path, timeline.Complete, true)
			s.wait(20 * time.Second)
			s.starts()
		}, state: timeline.Booted, words: []string{"operating system"}},
		"done": {story: func(s *tale) {
			s.leases(boot.StageFile, efi, own)
			s.Fetched(hw, &timeline.Fetch{Time: s.now, HTTP: true, Path: "/rollcall/done", Result: timeline.Complete, Done: true}, s.now)
		}, state: timeline.Booted, words: []string{"done"}},
		"shim and grub": {story: func(s *tale) {
			s.leases(boot.StageFile, "shimx64.efi", own)
			s.fetches("shimx64.efi", timeline.Complete)
			s.fetches("grubx64.efi", timeline.Complete)
			s.fetches("grub.cfg-01-52-54-00-00-00-01", timeline.NotFound)
			s.fetches("vmlinuz", timeline.Complete)
		}, after: 2 * time.Minute, state: timeline.Booted, words: []string{"vmlinuz"}},

		"no file for its architecture": {story: func(s *tale) {
			s.is(arch.ARM64, boot.ClassPXE)
			s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.NoFileForArch))
		}, state: timeline.NotServed, cause: timeline.NoFileForArch, code: "PXE-E16", words: []string{"uefi-arm64", "boot.files"}},
		"no file for a BIOS": {story: func(s *tale) {
			s.is(arch.BIOS, boot.ClassPXE)
			s.leases(boot.StageNone, "", none)
			s.hears(engine.Request, 67, refuses(engine.Ack, ip, boot.NoFileForArch))
		}, state: timeline.NotServed, cause: timeline.NoFileForArch, code: "PXE-E53"},
		"no file on the PXE port": {story: func(s *tale) {
			s.hears(engine.Request, 4011, engine.Decision{Kind: engine.Drop, Reason: engine.Reason(boot.NoFileForArch)})
		}, state: timeline.NotServed, cause: timeline.NoFileForArch, code: "PXE-E16"},
		"malformed architecture": {story: func(s *tale) {
			s.c = boot.Client{Class: boot.ClassPXE, MalformedArch: true}
			s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.NoArch))
		}, state: timeline.NotServed, cause: timeline.MalformedArch, code: "PXE-E53", words: []string{"93"}},
		"no script": {story: func(s *tale) {
			s.ipxe()
			s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.NoScript))
		}, state: timeline.NotServed, cause: timeline.NoScript, words: []string{"boot.ipxe"}},
		"never": {story: func(s *tale) {
			s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.NetbootNever))
		}, state: timeline.NotServed, cause: timeline.NetbootNever, code: "PXE-E16", words: []string{"never"}},
		"done before": {story: func(s *tale) {
			s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.NetbootDone))
			s.starts()
		}, state: timeline.Local, cause: timeline.NetbootDone, words: []string{"boot restart"}},
		"local menu": {story: func(s *tale) {
			s.leases(boot.StageLocal, "", own)
		}, state: timeline.Local},
		"not answered": {story: func(s *tale) {
			s.is(arch.BIOS, boot.ClassPXE)
			s.hears(engine.Discover, 67, engine.Decision{Kind: engine.Drop, Reason: engine.NoFreeAddress})
		}, after: 2 * time.Minute, state: timeline.NotServed, cause: timeline.NoAnswer, code: "PXE-E51", words: []string{"free address"}},
		"nothing configured": {story: func(s *tale) { s.leases(boot.StageNone, "", none) },
			state: timeline.NotServed, cause: timeline.NothingSaid, code: "PXE-E16"},

		"file not found by a BIOS": {story: func(s *tale) {
			s.is(arch.BIOS, boot.ClassPXE)
			s.leases(boot.StageFile, "undionly.kpxe", own)
			s.fetches("/undionly.kpxe", timeline.NotFound)
		}, state: timeline.Failed, cause: timeline.FileNotFound, code: "PXE-T01", words: []string{"undionly.kpxe"}},
		"file not found by UEFI": {story: func(s *tale) {
			s.leases(boot.StageFile, efi, own)
			s.fetches(efi, timeline.NotFound)
		}, state: timeline.Failed, cause: timeline.FileNotFound, code: "PXE-E23"},
		"TFTP breaks off": {story: func(s *tale) {
			s.is(arch.BIOS, boot.ClassPXE)
			s.leases(boot.StageFile, "undionly.kpxe", own)
			s.fetches("undionly.kpxe", timeline.Aborted)
		}, after: 2 * time.Minute, state: timeline.Failed, cause: timeline.FileBrokenOff, code: "PXE-E32", words: []string{"firewall"}},
		"breaks off and tries again": {story: func(s *tale) {
			s.leases(boot.StageFile, efi, own)
			s.fetches(efi, timeline.Aborted)
		}, after: time.Second, state: timeline.Booting},
		"nothing after its file": {story: func(s *tale) {
			s.leases(boot.StageFile, efi, own)
			s.fetches(efi, timeline.Complete)
		}, after: 2 * time.Minute, state: timeline.Failed, cause: timeline.NothingAfter, words: []string{"Secure Boot", "uefi-x64"}},
		"script not there": {story: func(s *tale) {
			s.ipxe()
			s.leases(boot.StageScript, script, own)
			s.fetchesHTTP(path, timeline.NotFound, false)
		}, state: timeline.Failed, cause: timeline.HTTPNotFound, words: []string{"404"}},
		"kernel not there": {story: func(s *tale) {
			s.ipxe()
			s.leases(boot.StageScript, script, own)
			s.fetchesHTTP(path, timeline.Complete, true)
			s.fetchesHTTP("/vmlinuz", timeline.NotFound, false)
		}, after: 2 * time.Minute, state: timeline.Failed, cause: timeline.LaterNotFound, words: []string{"/vmlinuz"}},
		"looked for elsewhere first": {story: func(s *tale) {
			s.leases(boot.StageFile, "start4.elf", own)
			s.fetches("1a2b3c4d/start4.elf", timeline.NotFound)
			s.fetches("start4.elf", timeline.Complete)
			s.fetches("1a2b3c4d/dt-blob.bin", timeline.NotFound)
		}, after: 2 * time.Minute, state: timeline.Failed, cause: timeline.NothingAfter},
		"customary files missing": {story: func(s *tale) {
			s.leases(boot.StageFile, "start4.elf", own)
			s.fetches("start4.elf", timeline.Complete)
			s.fetches("kernel8.img", timeline.Complete)
			s.fetches("1a2b3c4d/recovery.elf", timeline.NotFound)
		}, after: 2 * time.Minute, state: timeline.Booted},
		"never fetched": {story: func(s *tale) { s.leases(boot.StageFile, efi, own) }, after: 2 * time.Minute,
			state: timeline.Failed, cause: timeline.NeverFetched, code: "PXE-E18", words: []string{"firewall"}},
		"file elsewhere": {story: func(s *tale) { s.leases(boot.StageFile, efi, elsewhere) }, after: 2 * time.Minute,
			state: timeline.Away, cause: timeline.Elsewhere, words: []string{"10.0.0.9"}},
		"file elsewhere, and booted": {story: func(s *tale) {
			s.leases(boot.StageFile, efi, elsewhere)
			s.wait(20 * time.Second)
			s.starts()
		}, state: timeline.Booted},
		"from its disk after all": {story: func(s *tale) {
			s.leases(boot.StageFile, efi, own)
			s.wait(20 * time.Second)
			s.starts()
		}, state: timeline.Failed, cause: timeline.NeverFetched, code: "PXE-E18", words: []string{"from its disk"}},

		"no address server": {story: func(s *tale) {
			s.is(arch.BIOS, boot.ClassPXE)
			s.hears(engine.Discover, 67, gives(engine.Offer, 0, boot.StageFile, "undionly.kpxe", own))
		}, after: 2 * time.Minute, state: timeline.Failed, cause: timeline.AddressServerSilent, code: "PXE-E52"},
		"offer does not arrive": {story: func(s *tale) {
			s.hears(engine.Discover, 67, gives(engine.Offer, ip, boot.StageFile, efi, own))
			s.wait(4 * time.Second)
			s.hears(engine.Discover, 67, gives(engine.Offer, ip, boot.StageFile, efi, own))
		}, after: 2 * time.Minute, state: timeline.Failed, cause: timeline.OfferNotTaken, code: "PXE-E16", words: []string{"spanning tree"}},
		"address of another server": {story: func(s *tale) {
			s.hears(engine.Discover, 67, gives(engine.Offer, ip, boot.StageFile, efi, own))
			s.sees("10.77.0.200", false, "OFFER", "pxelinux.0")
			s.hears(engine.Request, 67, engine.Decision{Kind: engine.Drop, Reason: engine.OtherServer}, 10, 77, 0, 200)
		}, after: 2 * time.Minute, state: timeline.Failed, cause: timeline.ForeignAddress,
			words: []string{"10.77.0.200 (52:54:00:00:02:00)", "pxelinux.0", "role: proxy"}},
		"foreign proxy won": {story: func(s *tale) {
			s.hears(engine.Discover, 67, gives(engine.Offer, ip, boot.StageFile, efi, own))
			s.sees("10.77.0.200", true, "OFFER", "wdsmgfw.efi")
			s.hears(engine.Request, 67, gives(engine.Ack, ip, boot.StageFile, efi, own))
		}, after: 2 * time.Minute, state: timeline.Failed, cause: timeline.ForeignProxyWon,
			words: []string{"10.77.0.200 (52:54:00:00:02:00)", "wdsmgfw.efi", "style: pxe"}},
		"foreign proxy lost": {story: func(s *tale) {
			s.hears(engine.Discover, 67, gives(engine.Offer, ip, boot.StageFile, efi, own))
			s.sees("10.77.0.200", true, "OFFER", "wdsmgfw.efi")
			s.hears(engine.Request, 67, gives(engine.Ack, ip, boot.StageFile, efi, own))
			s.fetches(efi, timeline.NotFound)
		}, state: timeline.Failed, cause: timeline.FileNotFound, code: "PXE-E23"},
		"port not asked by a BIOS": {story: func(s *tale) {
			s.is(arch.BIOS, boot.ClassPXE)
			s.hears(engine.Discover, 67, gives(engine.Offer, 0, boot.StagePort, "undionly.kpxe", own))
			s.hears(engine.Request, 67, engine.Decision{Kind: engine.Drop, Reason: engine.Reason(boot.AddressServers)})
		}, after: 2 * time.Minute, state: timeline.Failed, cause: timeline.PortNotAsked, code: "PXE-E55", words: []string{"4011"}},
		"port not answered": {story: func(s *tale) {
			s.hears(engine.Discover, 67, gives(engine.Offer, 0, boot.StagePort, efi, own))
			s.hears(engine.Request, 67, engine.Decision{Kind: engine.Drop, Reason: engine.Reason(boot.AddressServers)})
			s.hears(engine.Request, 4011, engine.Decision{Kind: engine.Drop, Reason: engine.NoServerAddress})
		}, after: 2 * time.Minute, state: timeline.Failed, cause: timeline.PortNotAnswered, code: "PXE-E16"},
		"port answered": {story: func(s *tale) {
			s.hears(engine.Discover, 67, gives(engine.Offer, 0, boot.StagePort, efi, own))
			s.hears(engine.Request, 67, engine.Decision{Kind: engine.Drop, Reason: engine.Reason(boot.AddressServers)})
			s.hears(engine.Request, 4011, gives(engine.Ack, 0, boot.StageFile, efi, own))
			s.fetches(efi, timeline.NotFound)
		}, state: timeline.Failed, cause: timeline.FileNotFound, code: "PXE-E23"},
		"menu": {story: func(s *tale) { s.leases(boot.StageMenu, "", own) }, after: 2 * time.Minute, state: timeline.Booting},

		"loop": {story: func(s *tale) {
			for range 4 {
				s.hears(engine.Discover, 67, gives(engine.Offer, ip, boot.StageFile, efi, own))
				s.hears(engine.Request, 67, gives(engine.Ack, ip, boot.StageFile, efi, own))
				s.fetches(efi, timeline.Complete)
				s.ipxe()
				s.leases(boot.StageScript, script, own)
				s.fetchesHTTP(path, timeline.NotFound, false)
				s.wait(30 * time.Second)
				s.is(arch.X64, boot.ClassPXE)
			}
			s.loops(efi)
		}, state: timeline.Looping, cause: timeline.BootLoop, words: []string{efi, "boot restart"}},
		"loop, stopped": {story: func(s *tale) {
			s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.BootLoop))
		}, state: timeline.Looping, cause: timeline.BootLoop, code: "PXE-E16"},
		"loop, for want of a file": {story: func(s *tale) {
			s.ipxe()
			s.leases(boot.StageScript, script, own)
			s.fetchesHTTP(path, timeline.NotFound, false)
			s.wait(3 * time.Minute)
			s.is(arch.X64, boot.ClassPXE)
			s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.BootLoop))
		}, state: timeline.Looping, cause: timeline.BootLoop, code: "PXE-E16", words: []string{"in vain is " + path, "put that file there"}},
		"loop, told why": {story: func(s *tale) {
			s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.BootLoop))
			s.ipxe()
			d := gives(engine.Offer, ip, boot.StageDiagnostic, "http://10.77.0.1:8080/rollcall/why.ipxe", own)
			d.Boot.Answer.Reason = boot.BootLoop
			s.hears(engine.Discover, 67, d)
		}, state: timeline.Looping, cause: timeline.BootLoop, words: []string{"told to fetch the same file"}},

		"it sends too much": {story: func(s *tale) {
			s.hears(engine.Discover, 67, gives(engine.Offer, ip, boot.StageFile, efi, own))
			for range 100 {
				s.Decided(s.now, &engine.Query{Link: link, Port: 67, Type: engine.Discover, HW: hw},
					&engine.Decision{Kind: engine.Drop, Reason: engine.Suspended})
			}
			if r := s.Show(hw, 1, s.now)[0]; len(r.Steps) != 3 || r.Steps[2].Count != 100 {
				t.Errorf("%d steps, the last %+v", len(r.Steps), r.Steps[len(r.Steps)-1])
			}
		}, after: 2 * time.Minute, state: timeline.NotServed, cause: timeline.NoAnswer, code: "PXE-E16", words: []string{"client resume"}},
		"UEFI, then BIOS": {story: func(s *tale) {
			s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.NoFileForArch))
			s.wait(30 * time.Second)
			s.is(arch.BIOS, boot.ClassPXE)
			s.leases(boot.StageFile, "undionly.kpxe", own)
			s.fetches("undionly.kpxe", timeline.NotFound)
		}, state: timeline.Failed, cause: timeline.FileNotFound, code: "PXE-T01", words: []string{"undionly.kpxe"}},
		"neither PXE nor HTTP boot": {story: func(s *tale) {
			s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.NoFileForArch))
			s.wait(60 * time.Second)
			s.is(arch.X64, boot.ClassHTTP)
			s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.NoURLForArch))
		}, state: timeline.NotServed, cause: timeline.NoFileForArch, code: "PXE-E16"},
		"HTTP boot where PXE is refused": {story: func(s *tale) {
			s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.NoFileForArch))
			s.wait(60 * time.Second)
			s.is(arch.X64, boot.ClassHTTP)
			s.leases(boot.StageFile, "http://10.77.0.1:8080/x.efi", own)
		}, after: time.Second, state: timeline.Booting},
		"HTTP boot when PXE has failed": {story: func(s *tale) {
			s.leases(boot.StageFile, efi, own)
			s.fetches(efi, timeline.NotFound)
			s.wait(5 * time.Second)
			s.is(arch.X64, boot.ClassHTTP)
			s.hears(engine.Discover, 67, refuses(engine.Offer, ip, boot.NoURLForArch))
		}, state: timeline.Failed, cause: timeline.FileNotFound, code: "PXE-E23"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTale()
			tt.story(s)
			runs := s.Show(hw, 1, s.now.Add(tt.after))
			if len(runs) != 1 {
				t.Fatalf("%d runs", len(runs))
			}
			v := runs[0].Verdict
			if v.State != tt.state || v.Cause != tt.cause || v.Code != tt.code {
				t.Errorf("state %s, cause %q, code %q; want %s, %q, %q\n%s", v.State, v.Cause, v.Code, tt.state, tt.cause, tt.code, v.Words)
			}
			for _, want := range tt.words {
				if !strings.Contains(v.Words+" "+v.Remedy, want) {
					t.Errorf("%q is not in: %s; %s", want, v.Words, v.Remedy)
				}
			}
			if v.Cause != "" && v.Words == "" {
				t.Error("a cause without words")
			}
			if strings.Contains(v.Words+v.Remedy, "%!") || strings.Contains(v.Words+v.Remedy, "%s") {
				t.Errorf("badly made: %s; %s", v.Words, v.Remedy)
			}
		})
	}
}
