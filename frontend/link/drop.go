package link

// Drop is why a received frame is unfit to be looked at. The set is closed:
// its names are metric labels.
type Drop uint8

// The reasons.
const (
	// DropNone: the datagram is fit.
	DropNone Drop = iota
	// DropOversize: larger than a slot of the arena (2 KiB).
	DropOversize
	// DropTruncated: the frame ends before its headers do, or before the IP
	// or UDP length says.
	DropTruncated
	// DropIPHeader: not IPv4, an impossible header length, or a bad header
	// checksum.
	DropIPHeader
	// DropUDPLength: a UDP length shorter than its header.
	DropUDPLength
	// DropForeign: to an IP address that is neither ours nor broadcast, as
	// in a frame this host merely forwards.
	DropForeign
	// DropVLAN: tagged with a VID that is not served here (an interface of its
	// own may serve it), or with more than two tags.
	DropVLAN

	numDrops
)

var dropNames = [numDrops]string{"", "oversize", "truncated", "ip-header", "udp-length", "foreign-destination", "vlan"}

// String returns the metric label of d, empty for DropNone.
func (d Drop) String() string {
	if d >= numDrops {
		return "invalid"
	}
	return dropNames[d]
}

// Drops returns every reason but DropNone, so that counters can be
// registered before the first drop.
func Drops() []Drop {
	all := make([]Drop, 0, numDrops-1)
	for d := DropNone + 1; d < numDrops; d++ {
		all = append(all, d)
	}
	return all
}
