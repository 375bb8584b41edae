package timeline

import (
	"fmt"
	"strings"
	"time"

	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

// verdict judges a run as of now.
func (r *run) verdict(now time.Time) Verdict {
	quiet := now.Sub(r.seen) > patience
	f := r.furthest()
	v := r.facts.verdict(quiet)
	if f != &r.facts && v.State != Booted && (quiet || v.Cause != NoCause) {
		v = f.verdict(true)
	}
	if v.State == Looping && r.vain != "" {
		v.Words += "; the last file that it asked for in vain is " + r.vain
		v.Remedy = "put that file there, or mend what names it; then let it try again with `rollcall boot restart`"
	}
	if v.State == Failed && r.facts.system {
		v.Words += "; its operating system started afterwards, most likely from its disk"
	}
	return v
}

// furthest returns which of the loaders, or of the ways that firmware tried, the verdict is about: UEFI tries HTTP boot when PXE has
// failed, or the other way round. It is the one that came furthest, and of those that came to nothing the first.
func (r *run) furthest() *facts {
	best := &r.facts
	for i := range r.before {
		if b := &r.before[i]; b.loop && !best.more && (b.ipxe == best.ipxe || !best.loop) {
			return b
		}
	}
	if best.loop {
		return best
	}
	for i := len(r.before) - 1; i >= 0; i-- {
		if b := &r.before[i]; b.ipxe == r.facts.ipxe && b.rank() >= best.rank() {
			best = b
		}
	}
	return best
}

// rank is how far a loader came.
func (f *facts) rank() int {
	switch {
	case f.got:
		return 4
	case f.tried:
		return 3
	case f.file != "":
		return 2
	case f.offered:
		return 1
	}
	return 0
}

// verdict judges what is known of one loader. quiet: it has said nothing for so long that it will not go on.
func (f *facts) verdict(quiet bool) Verdict {
	switch {
	case f.done:
		return Verdict{State: Booted, Words: "it said that it is done"}
	case f.loop && !f.more:
		return f.looping()
	case f.system && (f.more || f.script || f.file != "" && !f.own && f.stage != boot.StageLocal):
		return Verdict{State: Booted, Words: "its operating system runs"}
	case f.refused == "" && f.dropped == "" && f.stage == boot.StageLocal:
		return Verdict{State: Local, Words: "it was told to boot from its disk"}
	}
	if v, ok := f.refusal(quiet); ok {
		return v
	}
	if v, ok := f.transfer(quiet); ok {
		return v
	}
	if !quiet && !f.system {
		return Verdict{State: Booting}
	}
	return f.stop()
}

func (f *facts) looping() Verdict {
	what := f.file
	if what == "" || f.stage == boot.StageDiagnostic {
		what = "the same file"
	}
	var code string
	if f.refused != "" { // it is given no file any more
		code = f.code("PXE-E53", "PXE-E16")
	}
	return Verdict{
		State: Looping, Cause: BootLoop, Code: code,
		Words: "it was told to fetch " + what + " again and again within 5 minutes, and came no further each time",
		Remedy: "see whether it gets that file, and what comes after it (`rollcall boot show` with --boots 5 has the turns before this one): a script that cannot " +
			"be fetched, or a disk that does not boot; then let it try again with `rollcall boot restart`",
	}
}

// refusal judges a machine that was given nothing. ok is false where it was.
func (f *facts) refusal(quiet bool) (v Verdict, ok bool) {
	if f.dropped != "" && (quiet || f.system) {
		v = Verdict{
			State: NotServed, Cause: NoAnswer, Words: "its messages are not answered: " + f.dropped.Text(),
			Remedy: "`rollcall explain` shows which rule decides", Code: f.code("PXE-E51", "PXE-E16"),
		}
		if f.dropped == engine.Suspended {
			v.Remedy = "`rollcall client resume` answers it at once; limits.actions is how many messages it may send"
		}
		return v, true
	}
	if f.refused == "" {
		if f.offered && f.file == "" && f.stage == boot.StageNone {
			return Verdict{
				State: NotServed, Cause: NothingSaid, Words: "it was given an address, and nothing is configured for it to boot",
				Remedy: "set boot.files for its firmware, or boot.file for every firmware", Code: f.code("PXE-E53", "PXE-E16"),
			}, true
		}
		return v, false
	}
	v = Verdict{State: NotServed, Cause: Cause(f.refused), Code: f.code("PXE-E53", "PXE-E16")}
	switch boot.Reason(f.refused) {
	case boot.NetbootLocal, boot.NetbootDone:
		v.State, v.Code = Local, ""
	case boot.NetbootNever:
	case boot.NoFileForArch, boot.NoURLForArch, boot.NoArch, boot.MalformedArch, boot.UnusableName, boot.NoScript, boot.NoHTTPInIPXE,
		boot.IPXEItself:
		if f.malformed && v.Cause == NoArch {
			v.Cause = MalformedArch
		}
	default:
		v.Cause = OtherRefusal
	}
	v.Words, v.Remedy = refusals.of(v.Cause, f)
	if v.Words == "" {
		v.Words = f.refused.Text()
	}
	return v, true
}

// transfer judges what it fetched, as far as that tells anything. ok is false where it does not.
func (f *facts) transfer(quiet bool) (v Verdict, ok bool) {
	switch {
	case f.lastResult != "" && f.lastResult != Complete && f.lastResult != Probe && (quiet || f.system):
		v = Verdict{
			State: Failed, Cause: LaterFailed, Words: fmt.Sprintf("the last file that it asked for, %s, %s", f.last, broken(f.lastResult, f.detail)),
			Remedy: "see that the file can be fetched from another machine of its network",
		}
		if f.lastResult == NotFound {
			v.Cause, v.Words = LaterNotFound, fmt.Sprintf("it came as far as asking for %s, and there is no such file", f.last)
			v.Remedy = "put the file there, or mend the script or menu that names it"
		}
		return v, true
	case f.script || f.more && (quiet || f.system):
		words := "it has its script; what comes after that is not seen"
		if f.more {
			words = "the last file that it fetched is " + f.last
		}
		if f.system {
			words = "its operating system runs"
		}
		return Verdict{State: Booted, Words: words}, true
	case f.more:
		return Verdict{State: Booting}, true
	case f.failed != "":
		return f.broken(quiet)
	case f.got && (quiet || f.system):
		return f.nothingAfter(), true
	}
	return v, false
}

// broken judges a file that it was told to fetch and did not get. Servers that say so end it; what broke off may be tried again.
func (f *facts) broken(quiet bool) (Verdict, bool) {
	v := Verdict{State: Failed}
	switch {
	case f.failed == NotFound && f.byHTTP:
		v.Cause, v.Words = HTTPNotFound, fmt.Sprintf("there is no %s on the HTTP server (404)", f.file)
		v.Remedy = "put the file there, or mend the URL"
	case f.failed == NotFound:
		v.Cause, v.Words = FileNotFound, fmt.Sprintf("there is no %s on the TFTP server", f.file)
		v.Remedy, v.Code = "put the file there, or mend its name", f.code("PXE-T01", "PXE-E23")
	case f.failed == Refused:
		v.Cause, v.Words = FileRefused, fmt.Sprintf("%s was refused%s", f.file, because(f.detail))
		v.Remedy, v.Code = "see the limits under frontend.assets, and the permissions of the file", f.code("PXE-T02", "PXE-E23")
		if f.byHTTP {
			v.Cause, v.Code = HTTPRefused, ""
		}
	case !quiet && !f.system:
		return v, false
	default:
		v.Cause, v.Words = FileBrokenOff, fmt.Sprintf("it began to fetch %s and broke off%s", f.file, because(f.detail))
		v.Remedy = "look for packets that get lost: a smaller MTU on the way, or a firewall that does not know TFTP's ports"
		if !f.byHTTP {
			v.Code = f.code("PXE-E32", "PXE-E18")
		} else {
			v.Remedy = "look for packets that get lost between the machine and the HTTP server"
		}
	}
	if f.ipxe {
		v.Code = ""
	}
	return v, true
}

func because(detail string) string {
	if detail == "" {
		return ""
	}
	return ": " + detail
}

func broken(r Result, detail string) string {
	switch r {
	case Refused:
		return "was refused" + because(detail)
	default:
		return "broke off" + because(detail)
	}
}

// nothingAfter judges a machine that has its file and was not heard of again.
func (f *facts) nothingAfter() Verdict {
	v := Verdict{State: Failed, Cause: NothingAfter, Words: "it has all of " + f.file + ", and nothing came after"}
	what := "a file for another architecture than " + f.firmware.String()
	if f.firmware.IsUEFI() {
		what += ", or one that Secure Boot does not accept (serve a signed shim)"
	}
	v.Remedy = "most likely " + what + "; or a loader that fetches nothing from here: look at its screen"
	return v
}

// stop judges a machine that was told what to boot, and does not say anything any more.
func (f *facts) stop() Verdict {
	v := Verdict{State: Failed}
	proxy := f.foreignPX
	switch {
	case f.proxy && !f.requested && !f.asked:
		v.Code = f.code("PXE-E52", "PXE-E16")
		v.Cause, v.Words = AddressServerSilent, "it was told what to boot, and no server gave it an address"
		v.Remedy = "see that the DHCP server for addresses runs and has free ones; rollcall gives none here (boot.role: proxy)"
		if d := f.foreignDHCP; d != nil {
			v.Cause, v.Words = AddressNotTaken, "it took none of the addresses that it was offered, the last by "+who(d.address, d.hardware)
			v.Remedy = "look into the log of that server"
		}
	case f.other && !f.acked, !f.proxy && !f.acked && f.foreignDHCP != nil && !f.requested:
		v.Cause, v.Words = ForeignAddress, "it took the address of another server"
		if d := f.foreignDHCP; d != nil {
			v.Words += ", " + who(d.address, d.hardware) + named(d.file)
		}
		v.Remedy = "two servers give addresses there: switch one off, or set boot.role: proxy if the other one is to give them"
	case !f.proxy && f.offered && !f.requested && !f.told:
		v.Cause, v.Words = OfferNotTaken, "it was offered an address and never asked for it"
		v.Remedy = "the offer may not reach it: look for a port that blocks at first (spanning tree), DHCP snooping, " +
			"or a relay that drops replies"
		v.Code = f.code("PXE-E51", "PXE-E16")
	case !f.proxy && f.requested && !f.acked && !f.told:
		v.Cause, v.Words = RequestRefused, "it asked for an address and did not get it"
		v.Remedy = "`rollcall explain` shows which rule decides"
		v.Code = f.code("PXE-E51", "PXE-E16")
	case proxy != nil && !f.told:
		v.Cause = ForeignProxyWon
		v.Words = fmt.Sprintf("another server, %s, answered too%s, and this one's file, %s, was never fetched: most likely the other one won",
			who(proxy.address, proxy.hardware), named(proxy.file), f.file)
		v.Remedy = "switch that server off, or set boot.style: pxe, which firmware prefers to a proxy"
	case f.stage == boot.StageMenu && !f.asked:
		return Verdict{State: Booting, Words: "it shows a menu, and nothing that is fetched was chosen from it"}
	case f.sentOn && !f.asked:
		v.Cause, v.Words = PortNotAsked, "it was sent on to port 4011, and nothing came there"
		v.Remedy = "see that frontend.pxe_port is 4011, and that no firewall stops UDP 4011 to the frontend"
		v.Code = f.code("PXE-E55", "PXE-E16")
	case f.asked && !f.told:
		v.Cause, v.Words = PortNotAnswered, "it asked on port 4011 and was not answered: "+f.onPort.Text()
		v.Remedy = "`rollcall explain --port 4011` shows which rule decides"
		v.Code = f.code("PXE-E55", "PXE-E16")
	case !f.own:
		return f.away()
	default:
		v.Cause, v.Words = NeverFetched, "it was told to fetch "+f.file+", and never asked for it"
		v.Remedy = "look for a firewall between the machine and the file server, for a router that the subnet does not name, " +
			"or for another server that answers it (`rollcall boot servers`)"
		v.Code = f.code("PXE-E32", "PXE-E18")
		if f.ipxe || strings.Contains(f.file, "://") {
			v.Code = ""
		}
	}
	return v
}

// away judges a machine that was told to fetch what another server has.
func (f *facts) away() Verdict {
	from := ""
	if f.server.IsValid() && !strings.Contains(f.file, "://") {
		from = " from " + f.server.String()
	}
	v := Verdict{
		State: Away, Cause: Elsewhere,
		Words:  "it was told to fetch " + f.file + from + ", which is not served here: what became of that is not known",
		Remedy: "look into the log of that server; if it was not asked, see that the machine can reach it",
	}
	return v
}

// named says which file another server names.
func named(file string) string {
	if file == "" {
		return ""
	}
	return " with " + file
}

// code returns the code that firmware shows: that of a BIOS, or that of UEFI. iPXE and HTTP boot have others.
func (f *facts) code(bios, uefi string) string {
	switch {
	case f.ipxe || f.class != boot.ClassPXE:
		return ""
	case f.hasFirmware && f.firmware.IsUEFI():
		return uefi
	}
	return bios
}
