package engine

import "rollcall/internal/option"

// Stages are points on a message's way at which the operator's policy may be heard. A Plan says which of them it wants.
type Stages uint8

// The stages, in the order in which a message comes to them.
const (
	// StageFilter: before anything is decided.
	StageFilter Stages = 1 << iota
	// StageFacts: the filter wants to know what is known of the machine. Without it, it sees the message alone.
	StageFacts
	// StageChoose: several reservations match the machine.
	StageChoose
	// StageUnknown: no reservation matches it.
	StageUnknown
	// StageReply: the answer is decided, and nothing of it has happened yet.
	StageReply
)

// Has reports whether all the stages of x are in s.
func (s Stages) Has(x Stages) bool { return s&x == x }

// MostAsked is how often the policy is asked about one message: for the reservation that counts, for a machine without one, and then for the
// answer, which may be another one each time.
const MostAsked = 5

// Verdict is what the policy says about one message. It is filled in stage by stage, and kept with the message: whatever has been heard
// is not asked again.
type Verdict struct {
	// Heard are the stages at which the policy has spoken.
	Heard Stages
	// Explain: the policy is to say in Steps what it did, and where.
	Explain bool
	// Refusal is the word of the filter: "" to go on, or PolicyFilter, PolicySuspend or PolicyError.
	Refusal Reason
	// Choice is the id of the reservation that counts, "" for the first one that matches.
	Choice string
	// Unknown is what a machine without reservation gets.
	Unknown Assignment
	// Reply is what is changed in the answer.
	Reply Amendment
	// Steps are for explain: what the policy did, in order, with the place in the file in Because. Only with Explain.
	Steps []Step

	early int // how many of Steps come before what was said of the answer
}

// Begin makes room for what is to be said of what d asks. It must be called before the policy is.
func (v *Verdict) Begin(d *Decision) {
	if d.Ask != StageReply {
		return
	}
	if !v.Heard.Has(StageReply) {
		v.early = len(v.Steps)
	}
	v.Steps = v.Steps[:v.early] // of an answer that has been overtaken
	v.Reply = Amendment{Options: v.Reply.Options[:0]}
}

// End notes that the policy was heard. It must be called after the policy was.
func (v *Verdict) End(d *Decision) {
	if v.Heard |= d.Ask; d.Ask == StageReply {
		v.Reply.Kind, v.Reply.IP, v.Reply.Subnet = d.Kind, d.IP, d.Subnet
	}
}

// holds reports whether an address was held while the policy was asked; v may be nil.
func (v *Verdict) holds() bool { return v != nil && v.Heard.Has(StageReply) && v.Reply.IP != 0 }

// steps returns what the policy said before there was an answer, and of the answer.
func (v *Verdict) steps() (early, reply []Step) {
	switch {
	case v == nil:
		return nil, nil
	case !v.Heard.Has(StageReply):
		return v.Steps, nil
	}
	n := min(v.early, len(v.Steps))
	return v.Steps[:n], v.Steps[n:]
}

// Reset forgets everything but the memory for option edits.
func (v *Verdict) Reset() {
	clear(v.Reply.Options)
	*v = Verdict{Reply: Amendment{Options: v.Reply.Options[:0]}}
}

// AssignmentKind says what an Assignment does.
type AssignmentKind uint8

// What a machine without reservation gets.
const (
	// AssignDefault: what the configuration says of unknown machines.
	AssignDefault AssignmentKind = iota
	// AssignPool: an address from one pool alone, whomever that is for.
	AssignPool
	// AssignDefinition: what a reservation would give it.
	AssignDefinition
	// AssignIgnore: silence.
	AssignIgnore
	// AssignNAK: a NAK where the protocol allows one, silence elsewhere.
	AssignNAK
)

// Assignment is what a machine without reservation gets by policy or by what a registration system answered.
type Assignment struct {
	Kind AssignmentKind
	// Reason of an AssignIgnore or AssignNAK; "" for PolicyIgnore, and PolicyNAK in a NAK.
	Reason Reason
	// Pool is the name of the pool, or its range, of an AssignPool. One that is not in the client's shared network assigns nothing.
	Pool string
	// Definition is that of an AssignDefinition: a reservation that is on no roll, and has no ID. An address of 0 is for a machine that
	// gets one from a pool.
	Definition *Reservation
	// LeaseTime of a definition in seconds, 0 for that of its subnet.
	LeaseTime uint32
	// Pending: a registration system has been asked and has not answered yet, so what the client has must not be refused for not being
	// known; it is silenced with LookupPending instead.
	Pending bool
	// Unanswered: a registration system that would be asked about the machine has not said yet whether it knows it, be it that it is about to or
	// that it is down. What the machine has by an earlier answer it keeps meanwhile. Pending implies it.
	Unanswered bool
	// By says in words who assigns it, as in "lookup" or "unknown (guests.star:12:5)".
	By string
}

// Amendment is what the policy changes in an answer.
type Amendment struct {
	// Kind, IP and Subnet are those of the answer that it was made for. Where another answer has come of the message meanwhile, the
	// policy is asked again.
	Kind   Kind
	IP     IP
	Subnet *Subnet
	// Refusal: send nothing, for PolicySilent or PolicyError; or a NAK, with PolicyNAK. "" for neither.
	Refusal Reason
	// Sets says which of the fields after it count.
	Sets AmendedFields
	// LeaseTime, T1 and T2 are in seconds; T1 and T2 of 0 are not told. LeaseTime is what the lease is granted for, too.
	LeaseTime, T1, T2 uint32
	// Next is siaddr.
	Next             IP
	ServerName, File string
	Broadcast        bool
	// Options in the order in which they were changed. Those of the server's making are among them but for 51, 53, 54, 58, 59 and 82; 61
	// can be left out only.
	Options []OptionEdit
}

// AmendedFields says which fields of an Amendment count.
type AmendedFields uint16

// The fields of an Amendment.
const (
	AmendLeaseTime AmendedFields = 1 << iota
	AmendT1
	AmendT2
	AmendNext
	AmendServerName
	AmendFile
	AmendBroadcast
	// AmendNoAddress: yiaddr is 0.
	AmendNoAddress
)

// OptionEdit sets an option of an answer, or takes it out.
type OptionEdit struct {
	Code option.Code
	// Value is nil to take it out.
	Value []byte
}

// Facts are what is known of the client of a message. What they refer to must not be changed.
type Facts struct {
	// Known: a reservation matches.
	Known bool
	// Reservation is the one that matches, the first of several; nil for none.
	Reservation *Reservation
	// Candidates are all that match, the one that counts by itself first. Only at StageChoose.
	Candidates []*Reservation
	// Classes are the names of the classes that it is a member of.
	Classes []string
	// Network and Subnet are the names of the shared network and of the subnet that the message says it is in; "" for none.
	Network, Subnet string
	// Lease is the one that the client has, or had last, in the network; nil for none.
	Lease *Lease
}
