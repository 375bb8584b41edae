package engine

import "rollcall/leased/boot"

// Reason says why a message got no answer, or a NAK. The set is closed: each is a metric label, a debug line, and shown by
// explain.
type Reason string

// Why a message got no answer.
const (
	// NoSubnet: neither relay nor link selects a configured subnet.
	NoSubnet Reason = "no-subnet"
	// OurGiaddr: it says that it came through a relay at an address of this frontend; a reply would come back to us.
	OurGiaddr Reason = "our-giaddr"
	// NoServerAddress: the link has no IPv4 address to answer from.
	NoServerAddress Reason = "no-server-address"
	// NoBootRule: it came to the PXE port, and no boot rule is configured.
	NoBootRule Reason = "no-boot-rule"
	// OtherServer: the client chose another server.
	OtherServer Reason = "other-server"
	// OtherFrontend: the client chose another frontend, which answers itself.
	OtherFrontend Reason = "other-frontend"
	// Suspended: the client sent too much, or the policy wants it left alone for a while.
	Suspended Reason = "suspended"
	// Unserved: an unknown machine, and no pool is for unknown machines.
	Unserved Reason = "unserved"
	// NoFreeAddress: the pools that would serve it have no free address.
	NoFreeAddress Reason = "pool-exhausted"
	// ReservedHeld: its reserved address is held by another machine, and no pool is for known machines.
	ReservedHeld Reason = "reserved-address-held"
	// ReservedQuarantined: its reserved address is in quarantine, and no pool is for known machines.
	ReservedQuarantined Reason = "reserved-address-quarantined"
	// BOOTPOff: a client that speaks BOOTP and no DHCP, which is not served.
	BOOTPOff Reason = "bootp-off"
	// ClassDrop: a member of a class that gets no answer.
	ClassDrop Reason = "class-drop"
	// ClientLimit: the client has as many leases from pools as one client may.
	ClientLimit Reason = "client-limit"
	// CircuitLimit: the clients of its line have as many leases from pools as one line may.
	CircuitLimit Reason = "circuit-limit"
	// NoPoolForKnown: it has a reservation without an address, and no pool is for known machines.
	NoPoolForKnown Reason = "no-pool-for-known"
	// Probing: its address is being probed; the answer to the first message is on its way.
	Probing Reason = "probing"
	// NotAuthoritative: nothing is known of the lease that it asks for, and another server may know.
	NotAuthoritative Reason = "not-authoritative"
	// NoAddress: the message lacks the address that its type needs (RFC 2131 Table 5).
	NoAddress Reason = "no-address"
	// NoServerID: the message lacks the server identifier that its type needs (RFC 2131 Table 5).
	NoServerID Reason = "no-server-id"
	// NotHolder: a RELEASE or DECLINE for an address that the client does not have.
	NotHolder Reason = "not-holder"
	// DeclineLimit: the client has as many addresses in quarantine as one client may; this one is merely taken back.
	DeclineLimit Reason = "decline-limit"
	// ReleaseDone and DeclineDone: the message was heeded; it has no answer.
	ReleaseDone Reason = "release-done"
	DeclineDone Reason = "decline-done"
	// LeaseQueryRefused: a DHCPLEASEQUERY from nobody who may ask.
	LeaseQueryRefused Reason = "leasequery-refused"
	// LeaseQueryMalformed: a DHCPLEASEQUERY that asks by nothing, or by several things at once (RFC 4388 §6.3).
	LeaseQueryMalformed Reason = "leasequery-malformed"
	// PolicyFilter: the policy's filter dropped it.
	PolicyFilter Reason = "policy-filter"
	// PolicySuspend: the policy's filter had the client suspended.
	PolicySuspend Reason = "policy-suspend"
	// PolicyIgnore: the policy or the registration system ignores the unknown machine.
	PolicyIgnore Reason = "policy-ignore"
	// PolicySilent: the policy wants no answer sent.
	PolicySilent Reason = "policy-silent"
	// PolicyError: the policy failed, and is to be on the safe side then.
	PolicyError Reason = "policy-error"
	// PolicyOvertaken: the answer changed again and again while the policy looked at it.
	PolicyOvertaken Reason = "policy-overtaken"
	// LookupPending: the registration system has not answered yet, and a refusal would be premature.
	LookupPending Reason = "lookup-pending"
	// UnknownMessage: a message type that this server does not serve.
	UnknownMessage Reason = "unknown-message"
)

// Why a request got a NAK.
const (
	// WrongNetwork: the address is not of the network the client is on.
	WrongNetwork Reason = "wrong-network"
	// AddressTaken: another client has the address.
	AddressTaken Reason = "address-taken"
	// AddressReserved: the address is reserved for another machine.
	AddressReserved Reason = "address-reserved"
	// AddressQuarantined: the address is in quarantine.
	AddressQuarantined Reason = "address-quarantined"
	// NotAssignable: no pool that serves the client has the address.
	NotAssignable Reason = "not-assignable"
	// MoveToReservation: the machine has been enrolled and has an address of its own now.
	MoveToReservation Reason = "move-to-reservation"
	// NotYours: the client has another address.
	NotYours Reason = "not-yours"
	// UnknownLease: nothing is known of the lease, and this server is authoritative.
	UnknownLease Reason = "unknown-lease"
	// RenewalsRefused: all renewals are refused for now.
	RenewalsRefused Reason = "renewals-refused"
	// PolicyNAK: the policy refuses it.
	PolicyNAK Reason = "policy-nak"
)

// Reasons returns every reason, those of booting included.
func Reasons() []Reason {
	all := []Reason{
		NoSubnet, OurGiaddr, NoServerAddress, NoBootRule, OtherServer, OtherFrontend, Suspended, Unserved, NoFreeAddress, ReservedHeld,
		ReservedQuarantined, BOOTPOff, ClassDrop, ClientLimit, CircuitLimit, NoPoolForKnown, Probing, NotAuthoritative, NoAddress,
		NoServerID, NotHolder, DeclineLimit, ReleaseDone, DeclineDone, LeaseQueryRefused, LeaseQueryMalformed, UnknownMessage,
		WrongNetwork, AddressTaken, AddressReserved, AddressQuarantined, NotAssignable, MoveToReservation, NotYours, UnknownLease,
		RenewalsRefused, PolicyFilter, PolicySuspend, PolicyIgnore, PolicySilent, PolicyError, PolicyOvertaken, LookupPending, PolicyNAK,
	}
	for _, r := range boot.Reasons() {
		all = append(all, Reason(r))
	}
	return all
}

// Text returns the reason in words, as a client sees it in a DHCPNAK (option 56) and an operator in explain.
func (r Reason) Text() string {
	switch r {
	case NoSubnet:
		return "neither relay nor link selects a configured subnet"
	case OurGiaddr:
		return "the relay address is the server's own"
	case NoServerAddress:
		return "the link has no IPv4 address to answer from"
	case NoBootRule:
		return "no boot rule is configured for the PXE port"
	case OtherServer:
		return "the client chose another server"
	case OtherFrontend:
		return "the client chose another frontend"
	case Suspended:
		return "the client is suspended"
	case Unserved:
		return "unknown machine, and no pool is for unknown machines"
	case NoFreeAddress:
		return "no free address in the pools that serve it"
	case ReservedHeld:
		return "its reserved address is held by another machine"
	case ReservedQuarantined:
		return "its reserved address is in quarantine"
	case BOOTPOff:
		return "a BOOTP client, and BOOTP is not served"
	case ClassDrop:
		return "members of its class get no answer"
	case ClientLimit:
		return "the client has as many leases as it may"
	case CircuitLimit:
		return "the clients of its line have as many leases as they may"
	case RenewalsRefused:
		return "all renewals are refused"
	case NoPoolForKnown:
		return "reservation without address, and no pool is for known machines"
	case Probing:
		return "its address is being probed"
	case NotAuthoritative:
		return "nothing is known of this lease, and another server may know"
	case NoAddress:
		return "the message names no address"
	case NoServerID:
		return "the message names no server"
	case NotHolder:
		return "the client does not have this address"
	case DeclineLimit:
		return "the client has as many addresses in quarantine as it may"
	case ReleaseDone:
		return "released; has no answer"
	case DeclineDone:
		return "declined; has no answer"
	case LeaseQueryRefused:
		return "the relay may not ask about leases"
	case LeaseQueryMalformed:
		return "the query asks by nothing, or by several things at once"
	case UnknownMessage:
		return "message type is not served"
	case WrongNetwork:
		return "address is not of this network"
	case AddressTaken:
		return "address is in use by another client"
	case AddressReserved:
		return "address is reserved for another machine"
	case AddressQuarantined:
		return "address is in quarantine"
	case NotAssignable:
		return "address is not for this client"
	case MoveToReservation:
		return "machine has an address of its own now"
	case NotYours:
		return "client has another address"
	case PolicyFilter:
		return "the policy's filter drops it"
	case PolicySuspend:
		return "the policy's filter suspends the client"
	case PolicyIgnore:
		return "unknown machine, which the policy ignores"
	case PolicySilent:
		return "the policy wants no answer sent"
	case PolicyError:
		return "the policy failed, and fails closed"
	case PolicyOvertaken:
		return "the answer changed again and again while the policy looked at it"
	case LookupPending:
		return "the registration system has not answered yet"
	case PolicyNAK:
		return "refused by policy"
	case UnknownLease:
		return "nothing is known of this lease"
	}
	if text := boot.Reason(r).Text(); text != "" {
		return text
	}
	return string(r)
}
