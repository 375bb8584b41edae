package timeline

// Cause is why a machine did not come further, from a closed set.
type Cause string

// The causes. Those that the engine gives as reasons have the same names.
const (
	NoCause Cause = ""

	// Nothing was given.
	NoAnswer        Cause = "no-answer"        // its messages are not answered
	NoFileForArch   Cause = "no-file-for-arch" // none is configured
	NoURLForArch    Cause = "no-url-for-arch"
	MalformedArch   Cause = "malformed-arch" // it cannot be read
	NoArch          Cause = "no-arch"        // it is registered nowhere
	NoScript        Cause = "no-ipxe-script" // none is configured
	IPXEWithoutHTTP Cause = "ipxe-without-http"
	UnusableName    Cause = "unusable-name"
	IPXEItself      Cause = "ipxe-itself"
	NothingSaid     Cause = "nothing-configured" // no boot settings hold for it
	NetbootNever    Cause = "netboot-never"
	NetbootLocal    Cause = "netboot-local"
	NetbootDone     Cause = "netboot-done"
	OtherRefusal    Cause = "refused" // the reason says it

	// Its address.
	AddressServerSilent Cause = "address-server-silent" // of role proxy: nobody gives it an address
	AddressNotTaken     Cause = "address-not-taken"     // of role proxy: somebody does
	OfferNotTaken       Cause = "offer-not-taken"
	ForeignAddress      Cause = "foreign-address" // it took that of another server
	RequestRefused      Cause = "request-refused"

	// Port 4011.
	PortNotAsked    Cause = "port-not-asked"
	PortNotAnswered Cause = "port-not-answered"

	// Its file.
	ForeignProxyWon Cause = "foreign-proxy-won"
	NeverFetched    Cause = "never-fetched"
	Elsewhere       Cause = "file-elsewhere" // another server has it, so what became of it is not seen
	FileNotFound    Cause = "file-not-found"
	FileRefused     Cause = "file-refused"
	FileBrokenOff   Cause = "file-broken-off"
	HTTPNotFound    Cause = "http-not-found"
	HTTPRefused     Cause = "http-refused"
	NothingAfter    Cause = "nothing-after" // the file is there, and nothing came of it
	LaterNotFound   Cause = "later-file-not-found"
	LaterFailed     Cause = "later-file-failed"

	BootLoop Cause = "boot-loop"
)

// State is how a run stands.
type State string

// The states.
const (
	// Booting: it goes on, or something may still come.
	Booting State = "booting"
	// Booted: as far as can be seen.
	Booted State = "booted"
	// Local: it was told to boot from its disk.
	Local State = "local"
	// Failed: it came to a stop.
	Failed State = "failed"
	// NotServed: it was given nothing to boot.
	NotServed State = "refused"
	// Looping: it was handed the same first stage again and again.
	Looping State = "looping"
	// Away: it was told to fetch a file of another server, and nothing was seen since.
	Away State = "elsewhere"
)

// States returns every state.
func States() []State { return []State{Booting, Booted, Local, Failed, NotServed, Looping, Away} }

// Verdict is what a run comes to.
type Verdict struct {
	State State
	// Cause is why it did not come further, Words say it to people and Remedy what to do; "" where nothing is wrong.
	Cause         Cause
	Words, Remedy string
	// Code is what the machine will have shown on its screen, such as PXE-E53; "" for none.
	Code string
}
