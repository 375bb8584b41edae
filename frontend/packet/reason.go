package packet

// Reason says why a message was not parsed. The set is closed: String gives a
// metric label.
type Reason uint8

const (
	// OK means the message was parsed.
	OK Reason = iota
	// ReasonShort: less than a header and the magic cookie, 240 bytes.
	ReasonShort
	// ReasonLong: more than 65535 bytes, which no UDP datagram holds.
	ReasonLong
	// ReasonOp: op is not 1, BOOTREQUEST; a reply of some server.
	ReasonOp
	// ReasonCookie: neither the magic cookie 99.130.83.99 right after the
	// header, nor nothing but zeros.
	ReasonCookie
	// ReasonHType: htype is 0, which is reserved (RFC 5494), in a message of a
	// client.
	ReasonHType
	// ReasonHLen: hlen is over 16, or not one Ethernet can have.
	ReasonHLen
	// ReasonGIAddr: giaddr is an address no relay can have.
	ReasonGIAddr
	// ReasonCIAddr: ciaddr is an address no client can have.
	ReasonCIAddr
	// ReasonCHAddr: chaddr is the broadcast address.
	ReasonCHAddr
	// ReasonOptionOverrun: an option runs past the end of its field.
	ReasonOptionOverrun
	// ReasonOptionParts: options in parts (RFC 3396) add up to more than
	// any client has to say.
	ReasonOptionParts
	// ReasonOptionLength: requested-address (50) or server-identifier (54)
	// is not one address.
	ReasonOptionLength
	// ReasonMessageType: option 53 is not one byte, or of no type a client
	// sends to a DHCP server.
	ReasonMessageType
	// ReasonHiddenMessageType: option 53 in the file or sname field, where
	// filters on the way do not look.
	ReasonHiddenMessageType
	// ReasonServerMessage: option 53 is a type only servers send.
	ReasonServerMessage
	// ReasonNoIdentity: chaddr is zero and there is no client-id.
	ReasonNoIdentity
	// ReasonNoRelay: a LEASEQUERY without giaddr. Only relays may ask, and only
	// there they are answered (RFC 4388 §6.3).
	ReasonNoRelay

	reasons // how many there are
)

var reasonText = [reasons]string{
	OK:                      "ok",
	ReasonShort:             "short",
	ReasonLong:              "long",
	ReasonOp:                "op",
	ReasonCookie:            "no-cookie",
	ReasonHType:             "htype",
	ReasonHLen:              "hlen",
	ReasonGIAddr:            "giaddr",
	ReasonCIAddr:            "ciaddr",
	ReasonCHAddr:            "chaddr",
	ReasonOptionOverrun:     "option-overrun",
	ReasonOptionParts:       "option-parts",
	ReasonOptionLength:      "option-length",
	ReasonMessageType:       "message-type",
	ReasonHiddenMessageType: "hidden-message-type",
	ReasonServerMessage:     "server-message",
	ReasonNoIdentity:        "no-identity",
	ReasonNoRelay:           "no-relay",
}

// String is the metric label of the reason.
func (r Reason) String() string {
	if r >= reasons {
		return "unknown"
	}
	return reasonText[r]
}

// Reasons lists every reason but [OK], for registering metrics in advance.
func Reasons() []Reason {
	all := make([]Reason, 0, reasons-1)
	for r := OK + 1; r < reasons; r++ {
		all = append(all, r)
	}
	return all
}
