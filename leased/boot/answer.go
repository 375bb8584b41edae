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

// Reason says why a machine is told nothing to boot, or is not answered. The set is closed; the engine counts and explains them with
// its own.
type Reason string

// The reasons.
const (
	// NoFileForArch: nothing is configured for its architecture.
	NoFileForArch Reason = "no-file-for-arch"
	// NoArch: it says no architecture that anybody has registered, and no boot.file is configured.
	NoArch Reason = "no-arch"
	// NoURLForArch: it boots by HTTP, and boot.http has nothing for its architecture.
	NoURLForArch Reason = "no-url-for-arch"
	// MalformedArch: its architecture cannot be read, and no boot.file is configured.
	MalformedArch Reason = "malformed-arch"
	// UnusableName: what is configured for it is nothing that it can fetch.
	UnusableName Reason = "unusable-name"
	// IPXEItself: it is iPXE, and the file is iPXE too: it would load itself for ever.
	IPXEItself Reason = "ipxe-itself"
	// NoScript: it is iPXE, and boot.ipxe is not configured.
	NoScript Reason = "no-ipxe-script"
	// NoHTTPInIPXE: it is an iPXE that cannot fetch by HTTP (or HTTPS), and boot.ipxe is such a URL.
	NoHTTPInIPXE Reason = "ipxe-without-http"
	// NetbootNever and NetbootLocal: the reservation says so; NetbootDone: it said once, and once was.
	NetbootNever Reason = "netboot-never"
	NetbootLocal Reason = "netboot-local"
	NetbootDone  Reason = "netboot-done"
	// BootLoop: it fetched the same first stage again and again.
	BootLoop Reason = "boot-loop"
	// NotABootClient: another server gives the addresses here, and it asks for nothing else.
	NotABootClient Reason = "not-a-boot-client"
	// AddressServers: a request on port 67 is for the server that gives the addresses.
	AddressServers Reason = "address-servers"
	// OtherBootServer: it asks for a boot server type that is not configured.
	OtherBootServer Reason = "other-boot-server"
	// BootIntegrity: it asks for boot integrity services (BIS), which are not served.
	BootIntegrity Reason = "boot-integrity"
	// MalformedBootItem: it asks for a boot server in a way that cannot be read.
	MalformedBootItem Reason = "malformed-boot-item"
)
