package boot

import (
	"net/netip"
	"time"

	"rollcall/internal/option"
)

// Stage is how far a machine gets with what it is told.
type Stage uint8

// The stages.
const (
	// StageNone: it is told nothing.
	StageNone Stage = iota
	// StageFile: firmware gets its file.
	StageFile
	// StageMenu: firmware gets a menu.
	StageMenu
	// StagePort: firmware is sent on to port 4011.
	StagePort
	// StageScript: iPXE gets its script.
	StageScript
	// StageLocal: it is told to boot from its disk.
	StageLocal
	// StageDiagnostic: it gets a script that says what is wrong.
	StageDiagnostic
)

// Answer is what a reply says about booting. The zero Answer says nothing, for a machine that does not ask.
type Answer struct {
	// Silent: no reply at all, on the PXE port or where another server gives the addresses. Reason says why.
	Silent bool
	// Reason says why there is nothing to boot, or no answer; "" if there is.
	Reason Reason
	Stage  Stage
	// Next, ServerName and File are siaddr, sname and file; the zero Addr and "" for none.
	Next             netip.Addr
	ServerName, File string
	// Name is what the machine is told to fetch, in whichever of File and Options; "" for nothing.
	Name string
	// Options go out whatever the client asks for, in this order, unless the operator configured an option of the same code: 60, 43,
	// 66 where a quirk wants it, 67, 97 and 175.
	Options option.List
	// Broadcast: by broadcast, with the flag set.
	Broadcast bool
	// Delay is how long to hold the reply back.
	Delay time.Duration
	// Rule is the key that names the file, such as boot.files.uefi-x64, or the one that could; From the level that says it, "" if
	// none does. Both for people to read.
	Rule, From string
	// Notes are what else should be told an operator, from a closed set.
	Notes Notes
}

// Notes are bits: what a message had that should be looked at.
type Notes uint8

// The notes.
const (
	NoteMalformedArch Notes = 1 << iota
	NoteMalformedUUID
	NoteMalformedItem
	NoteArchFromClass
	NoteForeignArch // none of the architectures it names is registered
)
