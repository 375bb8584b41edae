package timeline

import (
	"slices"
	"strings"
	"time"

	"rollcall/leased/engine"
)

// Fetch is a transfer of a file, or that it was refused.
type Fetch struct {
	// Time is when it began, Duration how long it took.
	Time     time.Time
	Duration time.Duration
	// HTTP: by HTTP, else by TFTP.
	HTTP bool
	// Path is what was asked for; Detail says why it was refused or aborted, UserAgent who asked.
	Path, Detail, UserAgent string
	Result                  Result
	Octets                  uint64
	// Script: it was rendered for the machine. Done: the call by which a machine says that it is done.
	Script, Done bool
}

// Fetched takes a transfer of a machine. now is when it is told of.
func (t *Timeline) Fetched(hw engine.HW, x *Fetch, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := x.Time
	if at.After(now) || at.IsZero() {
		at = now // of a frontend whose clock is ahead
	}
	r := t.latest(hw)
	if r == nil || at.Sub(r.seen) > silence && !x.Done {
		r = t.begin(hw, at)
	}
	s := Step{
		Time: at, What: TFTP, Detail: x.Path, Because: x.Detail, Octets: x.Octets, Duration: x.Duration, Result: x.Result, Count: 1,
	}
	switch {
	case x.Done:
		s.What = Done
	case x.Script:
		s.What = Script
	case x.HTTP:
		s.What = HTTP
	}
	t.add(hw, s)
	if end := at.Add(x.Duration); end.After(r.seen) && !end.After(now) {
		r.seen = end
	}
	r.fetched(x)
}

// fetched learns from a transfer.
func (r *run) fetched(x *Fetch) {
	if x.Done {
		r.facts.done, r.ended = x.Result == Complete, true
		return
	}
	if x.Result == NotFound && !isCustomary(x.Path) {
		r.vain = x.Path
	}
	f := &r.facts
	// What is reported late may be of the loader before: the file that firmware was told is not what iPXE was told.
	for i := len(r.before) - 1; i >= 0 && !f.names(x.Path); i-- {
		if r.before[i].names(x.Path) {
			f = &r.before[i]
			break
		}
	}
	if f.names(x.Path) {
		f.tried = true
		switch x.Result {
		case Complete:
			f.got, f.failed = true, ""
			f.last, f.lastResult = "", "" // it was looked for elsewhere first, as by a Raspberry Pi
			f.script = f.script || x.Script || f.ipxe
		case Probe:
		default:
			f.failed, f.detail, f.byHTTP = x.Result, x.Detail, x.HTTP
		}
		return
	}
	if isCustomary(x.Path) && x.Result != Complete {
		return
	}
	f.last, f.lastResult, f.byHTTP = x.Path, x.Result, x.HTTP
	f.more = f.more || x.Result == Complete
	f.script = f.script || x.Script && x.Result == Complete
}

// customary are files that a Raspberry Pi (the first of them) and shim look for, and that there need not be.
var customary = []string{
	"bootsig.bin", "recover4.elf", "recovery.elf", "pieeprom.upd", "pieeprom.sig", "dt-blob.bin", "bootcfg.txt", "armstub8-gic.bin",
	"revocations.efi",
}

// isCustomary reports whether loaders ask for a file that is usually not there.
func isCustomary(path string) bool {
	name := path[strings.LastIndexByte(path, '/')+1:]
	return name == "autoexec.ipxe" || strings.Contains(path, "pxelinux.cfg/") || strings.HasPrefix(name, "grub.cfg-") ||
		slices.Contains(customary, name)
}

// Restarted notes that an operator lets a machine boot again.
func (t *Timeline) Restarted(hw engine.HW) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.latest(hw); r != nil {
		r.ended = true
	}
}
