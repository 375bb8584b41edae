package timeline

import "time"

// What happened.
type What string

// What may happen.
const (
	Discover     What = "DISCOVER"
	Offer        What = "OFFER"
	Request      What = "REQUEST"
	Ack          What = "ACK"
	Nak          What = "NAK"
	Inform       What = "INFORM"
	Bootp        What = "BOOTREQUEST"
	BootpReply   What = "BOOTREPLY"
	PXERequest   What = "PXE-REQUEST" // on port 4011
	PXEAck       What = "PXE-ACK"     // from port 4011
	Silence      What = "SILENCE"     // a message that was not answered
	TFTP         What = "TFTP"
	HTTP         What = "HTTP"
	Script       What = "SCRIPT" // one that was rendered for the machine, or that says why there is nothing
	Done         What = "DONE"   // the machine told that it is done
	ForeignDHCP  What = "FOREIGN-DHCP"
	ForeignProxy What = "FOREIGN-PROXY"
	Loop         What = "LOOP"
	System       What = "SYSTEM" // a DHCP message that is not from firmware or a loader
)

// asks reports whether it is a message of the machine.
func (w What) asks() bool {
	return w == Discover || w == Request || w == Inform || w == Bootp || w == PXERequest
}

// Result is how a transfer ended.
type Result string

// The results.
const (
	Complete Result = "complete"
	Probe    Result = "probe"
	NotFound Result = "not-found"
	Refused  Result = "refused"
	Aborted  Result = "aborted"
)

// Step is one thing that happened on the way.
type Step struct {
	Time time.Time
	What What
	// Detail says with whom, or which file; Because what decided it: the rule and where it stands.
	Detail, Because string
	// Reason is why nothing was given, from the closed set of the engine; "" if something was.
	Reason string
	// Octets, Duration and Result are those of a transfer.
	Octets   uint64
	Duration time.Duration
	Result   Result
	// Count is how often it happened, 1 or more.
	Count uint32
}

// again reports whether s is the same thing once more.
func (s *Step) again(other *Step) bool {
	return s.What == other.What && s.Detail == other.Detail && s.Because == other.Because && s.Reason == other.Reason &&
		s.Result == other.Result
}
