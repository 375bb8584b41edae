package link

import (
	"fmt"

	"golang.org/x/net/bpf"
)

const (
	etherTypeIPv4 = 0x0800
	protocolUDP   = 17

	pktTypeMulticast = 2 // linux/if_packet.h; 3 is OTHERHOST, 4 OUTGOING

	// fragmentMask covers MF and the fragment offset (RFC 791 §3.1). A later
	// fragment has no UDP header, and a first one has no end.
	fragmentMask = 0x3fff
)

// metaFilter refuses frames by what the kernel knows about them: those that
// came with a VLAN tag, which belong to a sub-interface although the parent
// sees them too, and those that are outgoing or for another host.
func metaFilter() []bpf.Instruction {
	return append([]bpf.Instruction{
		bpf.LoadExtension{Num: bpf.ExtVLANTagPresent},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0, SkipTrue: 2},
	}, hereFilter()...)
}

// hereFilter refuses frames that are outgoing or for another host.
func hereFilter() []bpf.Instruction {
	return []bpf.Instruction{
		bpf.LoadExtension{Num: bpf.ExtType},
		bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: pktTypeMulticast, SkipFalse: 1},
		bpf.RetConstant{Val: 0},
	}
}

// portFilter accepts whole, unfragmented Ethernet frames that carry IPv4 UDP
// to one of ports, and what other servers tell clients by broadcast.
func portFilter(ports []uint16) []bpf.Instruction { return udpFilter(etherLen, ports) }

// taggedFilter accepts what portFilter does, and the same behind one tag. That
// makes two: the kernel takes the outer one out of the frame. Which VIDs are
// served it does not ask, so that what is not can be counted.
func taggedFilter(ports []uint16) []bpf.Instruction {
	behind := udpFilter(etherLen+tagLen, ports)
	prog := append([]bpf.Instruction{
		bpf.LoadAbsolute{Off: etherLen - 2, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: typeCTag, SkipTrue: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: typeSTag, SkipTrue: uint8(len(behind))},
	}, behind...)
	return append(prog, portFilter(ports)...)
}

// udpFilter looks for IPv4 UDP in a frame whose IP header, if it has one, begins
// at the offset at, behind its type.
func udpFilter(at uint32, ports []uint16) []bpf.Instruction {
	n := uint8(len(ports))
	refuse := func(at uint8) uint8 { return 15 + n - at } // from the instruction at, counted from 0
	prog := []bpf.Instruction{
		bpf.LoadAbsolute{Off: at - 2, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: etherTypeIPv4, SkipTrue: refuse(1)},
		bpf.LoadAbsolute{Off: at + 9, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: protocolUDP, SkipTrue: refuse(3)},
		bpf.LoadAbsolute{Off: at + 6, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: fragmentMask, SkipTrue: refuse(5)},
		bpf.LoadMemShift{Off: at},
		bpf.LoadIndirect{Off: at + 2, Size: 2},
	}
	for i, port := range ports {
		prog = append(prog, bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(port), SkipTrue: 1 + refuse(8+uint8(i))})
	}
	return append(prog,
		// Behind what is asked of us, so that it costs nothing there.
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(ClientPort), SkipTrue: refuse(8 + n)},
		bpf.LoadIndirect{Off: at, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(ServerPort), SkipTrue: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(PXEPort), SkipTrue: refuse(11 + n)},
		bpf.LoadAbsolute{Off: 0, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0xffffffff, SkipTrue: refuse(13 + n)},
		bpf.LoadAbsolute{Off: 4, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0xffff, SkipTrue: 1},
		bpf.RetConstant{Val: 0},
		// More than a frame: an oversized one must be seen to be counted.
		bpf.RetConstant{Val: 0x40000},
	)
}

// refuseAll is the filter of a socket that only holds a port.
func refuseAll() []bpf.Instruction {
	return []bpf.Instruction{bpf.RetConstant{Val: 0}}
}

func assemble(parts ...[]bpf.Instruction) ([]bpf.RawInstruction, error) {
	var prog []bpf.Instruction
	for _, part := range parts {
		prog = append(prog, part...)
	}
	raw, err := bpf.Assemble(prog)
	if err != nil {
		return nil, fmt.Errorf("assemble filter: %w", err)
	}
	return raw, nil
}
