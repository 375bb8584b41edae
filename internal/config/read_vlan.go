package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const lastVID = 4094 // 4095 is reserved (IEEE 802.1Q table 9-2)

// readVLANs reads VIDs, ranges of them, and "any".
func readVLANs(v value) []VLANs {
	var vlans []VLANs
	for _, item := range v.items() {
		r := read(item, VLANs{}, parseVLANs)
		if r.First == 0 {
			continue
		}
		if i := slices.IndexFunc(vlans, func(o VLANs) bool { return o.First <= r.Last && r.First <= o.Last }); i >= 0 {
			item.fail("name each once", "VLAN %d is in %s too", max(r.First, vlans[i].First), vlans[i])
			continue
		}
		vlans = append(vlans, r)
	}
	slices.SortFunc(vlans, func(a, b VLANs) int { return int(a.First) - int(b.First) })
	return vlans
}

func parseVLANs(s string) (VLANs, *problem) {
	if s == "any" {
		return VLANs{1, lastVID}, nil
	}
	from, to, isRange := strings.Cut(s, "-")
	if !isRange {
		to = from
	}
	first, err1 := strconv.Atoi(strings.TrimSpace(from))
	last, err2 := strconv.Atoi(strings.TrimSpace(to))
	if err1 != nil || err2 != nil || first < 1 || last > lastVID || first > last {
		return VLANs{}, &problem{fmt.Sprintf("%q is no VLAN from 1 to %d, and no range of them", s, lastVID),
			"write a VID such as 100, a range such as 200-210, or any"}
	}
	return VLANs{uint16(first), uint16(last)}, nil
}

// String returns the range as the file has it.
func (r VLANs) String() string {
	switch {
	case r == VLANs{1, lastVID}:
		return "any"
	case r.First == r.Last:
		return strconv.Itoa(int(r.First))
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

// readTags reads the tags of all answers of a link, outer first.
func readTags(v value) []Tag {
	const most = 2
	items := v.items()
	if len(items) > most {
		v.fail("leave the outer two", "%d tags; a frame has %d at most", len(items), most)
		return nil
	}
	var tags []Tag
	for _, item := range items {
		m := item.mapping()
		vid := m.get("vid")
		vid.require("100")
		t := Tag{
			VID:  uint16(vid.int(0, 0, lastVID)),
			PCP:  uint8(m.get("pcp").int(0, 0, 7)),
			DEI:  m.get("dei").bool(false),
			TPID: 0x8100,
		}
		if oneOf(m.get("tpid"), "0x8100", "0x88a8") == "0x88a8" {
			t.TPID = 0x88a8
		}
		m.done()
		tags = append(tags, t)
	}
	return tags
}

// checkVLANs refuses to serve a VLAN of a link where its interface is a link too: each message would be answered twice. at says
// where the links are named.
func checkVLANs(doc *document, links []Link, at map[string]Pos) {
	for _, l := range links {
		i := strings.LastIndexByte(l.Interface, '.')
		if i < 0 {
			continue
		}
		vid, err := strconv.ParseUint(l.Interface[i+1:], 10, 12)
		if err != nil {
			continue
		}
		for _, trunk := range links {
			if trunk.Interface == l.Interface[:i] && slices.ContainsFunc(trunk.VLANs, func(r VLANs) bool {
				return uint64(r.First) <= vid && vid <= uint64(r.Last)
			}) {
				doc.addAt(at[l.Interface], fmt.Sprintf("remove it, or take %d out of the vlans of %s", vid, trunk.Interface),
					"%s is VLAN %d of link %s, which serves it (line %d)", l.Interface, vid, trunk.Interface, at[trunk.Interface].Line)
			}
		}
	}
}
