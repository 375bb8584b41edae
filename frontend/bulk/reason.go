package bulk

// Reason says why a connection was closed. The set is closed: each is a metric label and a debug line.
type Reason string

// Why a connection was closed.
const (
	// ReasonDone: the requestor closed it.
	ReasonDone Reason = "done"
	// ReasonTooMany: there are too many connections, in all or from its address.
	ReasonTooMany Reason = "too-many"
	// ReasonIdle: no query came for too long, or none that leased answers.
	ReasonIdle Reason = "idle"
	// ReasonSlowQuery: a query took too long to arrive.
	ReasonSlowQuery Reason = "slow-query"
	// ReasonSlowReader: the answer was not taken for too long.
	ReasonSlowReader Reason = "slow-reader"
	// ReasonSize: the length of a query is none that a query can have.
	ReasonSize Reason = "size"
	// ReasonJunk: what came is no DHCP message.
	ReasonJunk Reason = "junk"
	// ReasonMessageType: a message that has no place on such a connection (RFC 6926 §5).
	ReasonMessageType Reason = "message-type"
	// ReasonNotAllowed: the requestor may not ask.
	ReasonNotAllowed Reason = "not-allowed"
	// ReasonBroken: the connection broke in the middle of a query or an answer.
	ReasonBroken Reason = "broken"
	// ReasonStopping: this server stops, or does not serve bulk leasequeries any more.
	ReasonStopping Reason = "stopping"
)

// Reasons returns every reason.
func Reasons() []Reason {
	return []Reason{
		ReasonDone, ReasonTooMany, ReasonIdle, ReasonSlowQuery, ReasonSlowReader, ReasonSize, ReasonJunk, ReasonMessageType,
		ReasonNotAllowed, ReasonBroken, ReasonStopping,
	}
}
