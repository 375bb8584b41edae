package obs

// The keys of log records. One word per idea, the same as in the API and the documentation; header fields of DHCP have the names
// of RFC 2131 §2.
const (
	KeyXID         = "xid"         // transaction, eight hexadecimal digits
	KeyMType       = "mtype"       // DHCP message type in words
	KeyCHAddr      = "chaddr"      // hardware address of the client
	KeyCIAddr      = "ciaddr"      // address the client says it has
	KeyYIAddr      = "yiaddr"      // address the client gets
	KeyGIAddr      = "giaddr"      // relay
	KeyLink        = "link"        // network interface of a frontend
	KeyFrontend    = "frontend"    // name a frontend gave itself
	KeySubnet      = "subnet"      // name
	KeyAddress     = "address"     // an address that is not one of the header's
	KeyReason      = "reason"      // from a closed set
	KeySeq         = "seq"         // sequence number of an event
	KeyReservation = "reservation" // identifier of a reservation
	KeyAddresses   = "addresses"   // of an interface
	KeyVersion     = "version"     // of the program
	KeyCode        = "code"        // gRPC status code
	KeyKind        = "kind"        // kind of an event
	KeyEndpoint    = "endpoint"    // webhook or gRPC endpoint
	KeyDelivery    = "delivery"    // identifier of a delivery
	KeyAttempt     = "attempt"     // ordinal of a delivery attempt, from 1
	KeyService     = "service"     // gRPC service
	KeyMethod      = "method"      // gRPC method, full name
	KeyPeer        = "peer"        // who called: certificate name, "unix" or "process"
	KeyPath        = "path"        // file
	KeyCount       = "count"       // how many
	KeyDuration    = "duration"    // how long
	KeyStack       = "stack"       // goroutine stack of a panic
	KeyHook        = "hook"        // of the policy
	KeyPlace       = "place"       // file:line:column of a script
	KeyBacktrace   = "backtrace"   // of a script
	KeyErr         = "err"         // an error
)
