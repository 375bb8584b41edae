package boot

// Reason says why a machine is told nothing to boot, or is not answered. The set is closed; the engine counts and explains them with
// its own.
type Reason string

// The reasons.
const (
	// NoFileForArch: nothing is configured for its architecture.
	NoFileForArch Reason = "no-file-for-arch"
	// NoArch: it says no architecture that anybody has registered, and no boot.file is configured.
	NoArch Reason = "no-arch"
	// MalformedArch: its architecture cannot be read, and no boot.file is configured.
	MalformedArch Reason = "malformed-arch"
	// NoURLForArch: it boots by HTTP, and boot.http has nothing for its architecture.
	NoURLForArch Reason = "no-url-for-arch"
	// UnusableName: what is configured for it is nothing that it can fetch.
	UnusableName Reason = "unusable-name"
	// NoScript: it is iPXE, and boot.ipxe is not configured.
	NoScript Reason = "no-ipxe-script"
	// NoHTTPInIPXE: it is an iPXE that cannot fetch by HTTP (or HTTPS), and boot.ipxe is such a URL.
	NoHTTPInIPXE Reason = "ipxe-without-http"
	// IPXEItself: it is iPXE, and the file is iPXE too: it would load itself for ever.
	IPXEItself Reason = "ipxe-itself"
	// NetbootNever and NetbootLocal: the reservation says so; NetbootDone: it said once, and once was.
	NetbootNever Reason = "netboot-never"
	NetbootLocal Reason = "netboot-local"
	NetbootDone  Reason = "netboot-done"
	// BootLoop: it was handed the same first stage again and again, and came no further.
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

// reasons are all of them, with what an operator is told: what is so, and what to do where something is to be done.
var reasons = [...]struct {
	reason      Reason
	why, remedy string
}{
	{NoFileForArch, "no boot file for its firmware", "name one under boot.files, or boot.file for every firmware"},
	{
		NoArch, "it names no architecture that is registered",
		"boot.file answers every firmware, boot.files has arch-NUMBER for one of them",
	},
	{
		MalformedArch, "the architecture that it sends (option 93) cannot be read",
		"boot.file answers such firmware where it boots by TFTP",
	},
	{NoURLForArch, "its firmware boots by HTTP, and there is no URL for it", "name one under boot.http"},
	{
		UnusableName, "what is configured for it is nothing that it can fetch",
		"a URL for firmware that boots by TFTP or a path for one that boots by HTTP, a name or menu too long, " +
			"or {http} where the frontend serves no files by HTTP",
	},
	{NoScript, "iPXE is running, and there is no script for it", "set boot.ipxe"},
	{
		NoHTTPInIPXE, "this build of iPXE cannot fetch the URL of boot.ipxe, for want of HTTP or HTTPS",
		"name a file on a TFTP server there, or use another build",
	},
	{
		IPXEItself, "iPXE is running, and what is configured for it is iPXE again, which would load itself for ever",
		"set boot.ipxe to a script",
	},
	{NetbootNever, "its reservation says netboot: never", ""},
	{NetbootLocal, "its reservation says netboot: local, so it boots from its disk", ""},
	{
		NetbootDone, "its reservation says netboot: once, and it is done",
		"`rollcall boot restart` lets it boot from the network again",
	},
	{
		BootLoop, "it was told to fetch the same file again and again and came no further",
		"look at what it fetches next, then `rollcall boot restart`",
	},
	{NotABootClient, "it does not boot from the network, and its address comes from another server (role: proxy) or another port", ""},
	{AddressServers, "a request on port 67 is for the server that gives the addresses (role: proxy)", ""},
	{OtherBootServer, "it asks for a boot server type that is in no menu here; another boot server may have it", ""},
	{BootIntegrity, "it asks for boot integrity services (BIS), which are not served", "switch them off in its firmware"},
	{MalformedBootItem, "it asks for a boot server in a way that cannot be read (option 43, sub-option 71)", ""},
}

// Reasons returns all of them.
func Reasons() []Reason {
	all := make([]Reason, len(reasons))
	for i := range reasons {
		all[i] = reasons[i].reason
	}
	return all
}

// Text says in words why, and what to do about it; "" for what is none.
func (r Reason) Text() string {
	for i := range reasons {
		if t := &reasons[i]; t.reason == r && t.remedy != "" {
			return t.why + ": " + t.remedy
		}
	}
	return r.Why()
}

// Why says in words why, for where what to do about it stands elsewhere; "" for what is none.
func (r Reason) Why() string {
	for i := range reasons {
		if reasons[i].reason == r {
			return reasons[i].why
		}
	}
	return ""
}
