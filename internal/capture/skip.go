package capture

// Skip says why a frame was passed over. The set is closed.
type Skip uint8

// Why a frame is passed over.
const (
	skipNone Skip = iota
	// skipOther: it is no business of DHCP.
	skipOther
	// SkipLinkType: the file has frames of a network that is not understood, such as radio frames of WLAN.
	SkipLinkType
	// SkipTags: more than two 802.1Q tags.
	SkipTags
	// SkipSnapped: only its beginning was caught (tcpdump -s).
	SkipSnapped
	// SkipTruncated: it is shorter than it says.
	SkipTruncated
	// SkipIPHeader: the IPv4 header is damaged.
	SkipIPHeader
	// SkipFragment: a part of a datagram (RFC 791 §2.3).
	SkipFragment
	// SkipUDPLength: the length that UDP tells is impossible (RFC 768).
	SkipUDPLength

	skips // how many there are
)

// String says it in words.
func (s Skip) String() string {
	return [skips]string{
		"none", "not DHCP", "frames of a kind that is not understood", "more than two VLAN tags", "caught in part (tcpdump -s 0 catches all)",
		"shorter than it says", "damaged IPv4 header", "fragments", "impossible UDP length",
	}[s]
}

// Skips returns all of them that are counted.
func Skips() []Skip {
	return []Skip{SkipLinkType, SkipTags, SkipSnapped, SkipTruncated, SkipIPHeader, SkipFragment, SkipUDPLength}
}
