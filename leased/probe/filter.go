package probe

import "golang.org/x/net/bpf"

const (
	operationOffset = etherHeader + 6  // ar$op
	senderOffset    = etherHeader + 14 // ar$spa for IPv4 over Ethernet
)

// filter keeps from us what no answer can be: frames of a VLAN, which belong to a
// sub-interface although its parent sees them too, and requests without a sender
// address, the probes of other hosts.
func filter() ([]bpf.RawInstruction, error) {
	return bpf.Assemble([]bpf.Instruction{
		bpf.LoadExtension{Num: bpf.ExtVLANTagPresent},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0, SkipTrue: 4},
		bpf.LoadAbsolute{Off: operationOffset, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 1, SkipTrue: 3},
		bpf.LoadAbsolute{Off: senderOffset, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0, SkipTrue: 1},
		bpf.RetConstant{Val: 0},
		bpf.RetConstant{Val: 0x40000},
	})
}
