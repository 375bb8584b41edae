package serve

// Reason is why a packet was not answered, where neither link.Drop nor
// packet.Reason says it. Together the three are a closed set: their names are
// metric labels.
type Reason uint8

// The reasons.
const (
	// ReasonRelayRefused: relayed, and relays are not accepted or this one is
	// not allowed.
	ReasonRelayRefused Reason = iota
	// ReasonLocalRefused: of a client on the link itself, and those are not
	// accepted.
	ReasonLocalRefused
	// ReasonUnavailable: there was no stream to leased, or it broke before the
	// answer, or while the answer was held back.
	ReasonUnavailable
	// ReasonShedDiscover and ReasonShedRequest: no free slot. Shed discovers
	// include BOOTREQUEST and LEASEQUERY, shed requests DECLINE, RELEASE and
	// INFORM.
	ReasonShedDiscover
	ReasonShedRequest
	// ReasonStale: waited too long for its turn.
	ReasonStale
	// ReasonUnanswered: leased did not answer in time.
	ReasonUnanswered
	// ReasonLate: an answer came for a query that is no longer known. The
	// link is no longer known either; the label is empty.
	ReasonLate
	// ReasonDecided: leased decided to be silent where the protocol has a
	// reply; its own metrics say why.
	ReasonDecided
	// ReasonBadAnswer: leased sent what cannot be made into a reply.
	ReasonBadAnswer
	// ReasonLinkDown: the link went away before its query was sent or
	// answered.
	ReasonLinkDown
	// ReasonSendFailed: the kernel refused the reply.
	ReasonSendFailed

	numReasons
)

var reasonNames = [numReasons]string{
	"relay-refused", "local-refused", "leased-unavailable", "shed-discover", "shed-request", "stale", "unanswered", "late", "decided",
	"bad-answer", "link-down", "send-failed",
}

// String returns the metric label of r.
func (r Reason) String() string {
	if r >= numReasons {
		return "invalid"
	}
	return reasonNames[r]
}
