package engine

// Suboptions of the relay agent information option (RFC 3046 §2.0, RFC 3527 §3, RFC 3993 §2, RFC 5107 §4).
const (
	relayCircuitID     = 1
	relayRemoteID      = 2
	relayLinkSelection = 5
	relaySubscriberID  = 6
	relayServerID      = 11
)

// relayIDs is what a relay calls the line of a client, its end and its owner.
type relayIDs struct{ circuitID, remoteID, subscriberID []byte }

// relayIDsOf reads them from the value of option 82, which knows neither pad nor end. A truncated suboption ends it.
func relayIDsOf(info []byte) (ids relayIDs) {
	for v, code, rest := nextSub(info); rest != nil; v, code, rest = nextSub(rest) {
		switch code {
		case relayCircuitID:
			ids.circuitID = v
		case relayRemoteID:
			ids.remoteID = v
		case relaySubscriberID:
			ids.subscriberID = v
		}
	}
	return ids
}

// indexRelay looks up what the rules ask for in option 82.
func (q *Query) indexRelay(info []byte) {
	q.relayInfo, q.relay = info, relayIDsOf(info)
	for v, code, rest := nextSub(info); rest != nil; v, code, rest = nextSub(rest) {
		switch code {
		case relayLinkSelection:
			q.linkSelection = addressOption(v)
		case relayServerID:
			q.serverOverride = addressOption(v)
		}
	}
}

// nextSub splits the first suboption off; rest is nil when there is no whole one.
func nextSub(b []byte) (value []byte, code uint8, rest []byte) {
	if len(b) < 2 || 2+int(b[1]) > len(b) {
		return nil, 0, nil
	}
	n := 2 + int(b[1])
	return b[2:n:n], b[0], b[n:]
}

// JoinRelay makes option 82 of a circuit id and a remote id, where no more was kept of it.
func JoinRelay(circuitID, remoteID []byte) (info []byte) {
	for i, v := range [][]byte{circuitID, remoteID} {
		if len(v) > 0 && len(v) < 256 {
			info = append(append(info, byte(i+1), byte(len(v))), v...)
		}
	}
	return info
}

// keepRelay returns what is kept of option 82 with a lease: all of it, unless some relay has more to say than one option holds. It may
// be info itself.
func keepRelay(info []byte) []byte {
	if len(info) > 255 {
		ids := relayIDsOf(info)
		return JoinRelay(ids.circuitID, ids.remoteID)
	}
	return info
}
