package engine

import (
	"rollcall/leased/boot"
)

// Booting is what a decision says about network boot, of a machine that boots.
type Booting struct {
	// Client is the machine. Its octets are those of the query.
	Client boot.Client
	// Answer is zero where the decision did not come to it, as for want of an address.
	Answer boot.Answer
	// Untold is how many events of it were not written, for there were too many.
	Untold int

	judged  bool        // whether to boot was decided
	looping bool        // judged as one that is in a loop
	once    bool        // to boot once
	done    bool        // judged as one that is done with that
	told    boot.Stage  // to be noted as told in this exchange
	turn    firstStage  // that it is handed now, zero for none
	offered firstStage  // that it is offered beside the address of another server
	refused boot.Reason // to be noted as told, "" for none
	spent   int         // of the allowance for events
}

// BootInfo is what a boot event tells, for people and registration systems.
type BootInfo struct {
	// Firmware is its name, such as uefi-x64; "" where the machine does not say.
	Firmware string
	// File is what the machine was told to fetch, "" for nothing; Server is siaddr, "" for none.
	File, Server string
	// Stage is how far it gets with that: file, menu, port, script, local or diagnostic.
	Stage string
	// UUID is in lower case with dashes, "" for none.
	UUID string
	IPXE bool
	// Rule is the key that decided and where it stands.
	Rule string
	// Port is the UDP port that it asked on.
	Port uint16
}

// BootState is what must be remembered of the boots of a machine.
type BootState struct {
	HW HW
	// Done is when it told that it was done, in UTC unix seconds; 0: it has not.
	Done int64
}

// bootLevels are what holds for a machine, the nearest level first. A few of them need no memory of their own.
type bootLevels struct {
	first [4]*boot.Settings
	n     int // how many of first
	rest  []*boot.Settings
}

// add adds a level, unless it says nothing.
func (v *bootLevels) add(s *boot.Settings) {
	if s != nil {
		v.append(s)
	}
}

// addPlace adds the level of the place that the machine is in, which is always the last one: nil where nothing is said there. It reports
// whether any level says something.
func (v *bootLevels) addPlace(s *boot.Settings) bool {
	v.append(s)
	return v.n > 1 || s != nil
}

func (v *bootLevels) append(s *boot.Settings) {
	if v.n < len(v.first) {
		v.first[v.n] = s
		v.n++
		return
	}
	v.rest = append(v.rest, s)
}

// all iterates over the levels.
func (v *bootLevels) all(yield func(*boot.Settings) bool) {
	for _, s := range v.first[:v.n] {
		if !yield(s) {
			return
		}
	}
	for _, s := range v.rest {
		if !yield(s) {
			return
		}
	}
}

// bootScratch is what the rules of booting are given, in memory that is used again.
type bootScratch struct {
	levels boot.Levels
	client boot.Client
	place  boot.Place
}

// list returns the levels, until it is called again.
func (b *bootScratch) list(v *bootLevels) boot.Levels {
	b.levels = b.levels[:0]
	for s := range v.all {
		b.levels = append(b.levels, s)
	}
	return b.levels
}

// header is what an answer says of booting outside the options: siaddr, sname and file.
type header struct {
	next             IP
	serverName, file string
}
