package engine

import (
	"time"

	"rollcall/internal/arch"
	"rollcall/internal/bootname"
	"rollcall/internal/event"
)

// LoadBoot puts what the store knows of a machine's boots into the state, at the start.
func (s *State) LoadBoot(b *BootState) {
	if b.Done != 0 {
		s.boots.done[b.HW] = b.Done
	}
}

// FinishBoot notes that a machine is done with its boot: where it is to boot once, it boots from its disk from now on. changed is
// false for one that is done already, and for one that is not known to boot; there is nothing to commit then.
func (s *State) FinishBoot(hw HW, now time.Time) (c Commit, changed bool) {
	l := s.leaseOfMachine(0, hw, now)
	r, m := s.reservationOf(hw, l), s.boots.of(hw)
	once := r != nil && r.bootsOnce()
	if once && s.boots.done[hw] != 0 || !once && (m == nil || m.finished) {
		return c, false
	}
	if once {
		s.boots.done[hw] = now.Unix()
		c.Boots = append(c.Boots, &BootState{HW: hw, Done: now.Unix()})
	}
	m = s.boots.touch(hw)
	m.progress()
	m.finished = true
	e := &Event{Time: now.UnixMicro(), Kind: event.BootDone, Machine: &Machine{HW: hw}, Boot: &BootInfo{UUID: bootname.UUID(m.uuid[:m.uuidLen])}}
	if m.hasArch {
		firmware, _, _ := arch.Of(m.arch)
		e.Boot.Firmware = firmware.String()
	}
	if l != nil {
		e.IP, e.Subnet = l.IP, l.Subnet
		e.Machine = &Machine{
			HW: hw, ClientID: l.ClientID, Hostname: l.Hostname, VendorClass: l.VendorClass, Giaddr: l.Giaddr,
		}
		e.Machine.CircuitID, e.Machine.RemoteID = l.RelayIDs()
	}
	if r != nil {
		e.Reservation, e.Extra = r.ID, r.extra()
		if l == nil {
			e.IP, e.Subnet = r.IP, r.Subnet
		}
	}
	c.Events = append(c.Events, e)
	return c, true
}

// RestartBoot lets a machine boot again: it ends a loop, and what FinishBoot noted. changed is false where there was neither.
func (s *State) RestartBoot(hw HW, now time.Time) (c Commit, changed bool) {
	if m := s.boots.of(hw); m != nil {
		changed = m.inLoop(now.Unix())
		m.progress()
		m.finished, m.judged = false, 0
	}
	if s.boots.done[hw] != 0 {
		changed = true
		delete(s.boots.done, hw)
		c.Boots = append(c.Boots, &BootState{HW: hw})
	}
	return c, changed
}

// BootProgress notes that a machine has fetched a file completely: a path, or a URL; "" for a script that was made for it. It is
// no progress if that is the file that its firmware was handed.
func (s *State) BootProgress(hw HW, file string) {
	if m := s.boots.of(hw); m != nil && (file == "" || m.furthers(s.boots.pathOf(file))) {
		m.progress()
	}
}
