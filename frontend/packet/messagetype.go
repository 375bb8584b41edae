package packet

import "strconv"

// MessageType is the value of option 53 (RFC 2132 §9.6 and the IANA registry).
type MessageType uint8

const (
	// BOOTP: no option 53. A BOOTREQUEST from a client that knows BOOTP but
	// not DHCP (RFC 1534 §2), or the BOOTREPLY to it.
	BOOTP MessageType = 0

	Discover         MessageType = 1
	Offer            MessageType = 2
	Request          MessageType = 3
	Decline          MessageType = 4
	Ack              MessageType = 5
	Nak              MessageType = 6
	Release          MessageType = 7
	Inform           MessageType = 8
	ForceRenew       MessageType = 9  // RFC 3203
	LeaseQuery       MessageType = 10 // RFC 4388
	LeaseUnassigned  MessageType = 11 // RFC 4388
	LeaseUnknown     MessageType = 12 // RFC 4388
	LeaseActive      MessageType = 13 // RFC 4388
	BulkLeaseQuery   MessageType = 14 // RFC 6926
	LeaseQueryDone   MessageType = 15 // RFC 6926
	ActiveLeaseQuery MessageType = 16 // RFC 7724
	LeaseQueryStatus MessageType = 17 // RFC 7724
	TLS              MessageType = 18 // RFC 7724
)

var messageTypeText = [...]string{
	BOOTP: "BOOTREQUEST", Discover: "DISCOVER", Offer: "OFFER", Request: "REQUEST", Decline: "DECLINE", Ack: "ACK", Nak: "NAK",
	Release: "RELEASE", Inform: "INFORM", ForceRenew: "FORCERENEW", LeaseQuery: "LEASEQUERY",
	LeaseUnassigned: "LEASEUNASSIGNED", LeaseUnknown: "LEASEUNKNOWN", LeaseActive: "LEASEACTIVE",
	BulkLeaseQuery: "BULKLEASEQUERY", LeaseQueryDone: "LEASEQUERYDONE", ActiveLeaseQuery: "ACTIVELEASEQUERY",
	LeaseQueryStatus: "LEASEQUERYSTATUS", TLS: "TLS",
}

// String is the name without its DHCP prefix, such as "DISCOVER". BOOTP is
// "BOOTREQUEST", as it is received.
func (t MessageType) String() string {
	if int(t) < len(messageTypeText) && messageTypeText[t] != "" {
		return messageTypeText[t]
	}
	return strconv.Itoa(int(t))
}

// check says whether a client or relay may send the type to a DHCP server.
func (t MessageType) check() Reason {
	switch t {
	case Discover, Request, Decline, Release, Inform, LeaseQuery:
		return OK
	case Offer, Ack, Nak, ForceRenew, LeaseUnassigned, LeaseUnknown, LeaseActive, LeaseQueryDone, LeaseQueryStatus:
		return ReasonServerMessage
	}
	return ReasonMessageType
}
