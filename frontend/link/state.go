package link

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Status is what a configured interface is good for.
type Status uint8

// The statuses. The zero Status is StatusAbsent.
const (
	StatusAbsent Status = iota // no interface of that name
	StatusDown                 // exists, administratively down
	StatusFailed               // up, but its sockets could not be opened or broke
	StatusUp                   // sockets are live
)

// String returns a word for s.
func (s Status) String() string {
	switch s {
	case StatusAbsent:
		return "absent"
	case StatusDown:
		return "down"
	case StatusFailed:
		return "failed"
	case StatusUp:
		return "up"
	}
	return fmt.Sprintf("status(%d)", uint8(s))
}

// State is what a Watcher knows of a configured interface.
type State struct {
	Name   string
	Status Status
	// Err says why Status is StatusFailed.
	Err error
	// Info is zero while the interface is absent.
	Info Info
}

// Ready returns nil if the link has live sockets, else what is missing. A link
// without an IPv4 address is ready: broadcasts reach it, and which subnet it
// belongs to is not its concern.
func (s State) Ready() error {
	switch s.Status {
	case StatusAbsent:
		return errors.New("no such interface yet")
	case StatusDown:
		return fmt.Errorf("the interface is down; \"ip link set %s up\" changes that", s.Name)
	case StatusFailed:
		return s.Err
	}
	return nil
}

func sortStates(states []State) {
	slices.SortFunc(states, func(a, b State) int { return cmp.Compare(a.Name, b.Name) })
}

func sameState(a, b State) bool {
	return a.Name == b.Name && a.Status == b.Status && errText(a.Err) == errText(b.Err) &&
		a.Info.Index == b.Info.Index && a.Info.HW == b.Info.HW && a.Info.Up == b.Info.Up &&
		slices.Equal(a.Info.Addrs, b.Info.Addrs)
}

func sameConfig(a, b Config) bool {
	return a.Interface == b.Interface && a.Mode == b.Mode && a.ReceiveBuffer == b.ReceiveBuffer &&
		slices.Equal(a.Ports, b.Ports) && slices.Equal(a.VLANs, b.VLANs) && a.Tags == b.Tags
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
