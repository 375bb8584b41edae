package engine

import (
	"encoding/binary"
	"fmt"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/boot"
)

// BootMachine is a machine that boots as scripts see it. What is not known is zero.
type BootMachine struct {
	HW               HW
	IP               IP
	Hostname, Subnet string
	// Reservation is nil for a stranger.
	Reservation *Reservation
	// Netboot is what its reservation says, Done when it told that it was done, in unix seconds.
	Netboot boot.Netboot
	Done    int64
	// Looping: it gets no further than its first stage.
	Looping bool
	// Answer is what iPXE of it would be told now.
	Answer boot.Answer
}

// BootMachine returns the machine that has an address, or else the one with a hardware address, as far as it is known, and what its
// iPXE would be told if it asked the frontend with that name: nothing, where it is in no subnet.
func (s *State) BootMachine(ip IP, hw HW, frontend string, now time.Time) BootMachine {
	l := s.leaseOfMachine(ip, hw, now)
	if l != nil {
		ip, hw = l.IP, l.HW
	}
	m := BootMachine{HW: hw, IP: ip, Done: s.boots.done[hw]}
	if m.Reservation = s.reservationOf(hw, l); m.Reservation != nil {
		m.Hostname, m.Subnet = m.Reservation.Hostname, m.Reservation.Subnet
		if d := m.Reservation.Details; d != nil {
			m.Netboot = d.Netboot
		}
	}
	if l != nil {
		m.Subnet = l.Subnet
		if m.Hostname == "" {
			m.Hostname = l.Hostname
		}
	}
	sub := s.plan.SubnetOf(ip)
	if sub == nil {
		sub = s.plan.Subnet(m.Subnet)
	}
	if sub == nil {
		return m
	}
	if m.Subnet == "" {
		m.Subnet = sub.Ref
	}
	c := &decider{s: s, q: s.asIPXE(hw, l), now: now, sec: now.Unix(), res: m.Reservation, at: sub, network: sub.Network}
	c.q.Link, c.relay = s.linkTo(frontend, sub), c.q.relay
	if m.Reservation != nil && m.Reservation.Details != nil {
		c.nearest(m.Reservation.Details)
	}
	c.classify()
	scope := &sub.Scope
	if ip != 0 {
		scope = c.scope(ip, sub)
	}
	c.readBoot()
	c.levels.addPlace(scope.Boot)
	c.setPlace(ip, sub, m.Hostname)
	m.Answer = *c.judgeBoot()
	m.Looping = c.booting.looping
	return m
}

// leaseOfMachine returns the lease of an address, or else, where that is in no subnet, the latest one of a hardware address; nil for none
// that holds.
func (s *State) leaseOfMachine(ip IP, hw HW, now time.Time) *Lease {
	if ip != 0 {
		if l := s.Lease(ip); l != nil && l.Holds(now.Unix()) {
			return l
		}
	}
	if hw.IsZero() || ip != 0 && s.plan.SubnetOf(ip) != nil {
		return nil // it is where ip is, whatever it has elsewhere: another server gives the addresses there
	}
	var latest *Lease
	for l := range s.heldBy(hw) {
		if l.Holds(now.Unix()) && (latest == nil || l.CLTT > latest.CLTT) {
			latest = l
		}
	}
	return latest
}

// reservationOf returns the reservation of a machine: the one that its lease is by, or that it has where that
// is, or else the first one of its hardware address. l
// may be nil.
func (s *State) reservationOf(hw HW, l *Lease) *Reservation {
	if l != nil {
		if r := s.roll.byID[l.Reservation]; r != nil {
			return r
		}
		if sub := s.plan.SubnetOf(l.IP); sub != nil {
			q := &Query{HW: l.HW, GIAddr: l.Giaddr, Options: option.List(nil).Append(option.ClientID, l.ClientID).
				Append(option.RelayAgentInfo, l.relaySaid())}
			q.Index()
			if r := s.roll.match(sub.Network, q); r != nil {
				return r
			}
		}
	}
	if hw.Type != 1 {
		return nil
	}
	for i := range s.roll.byMachine {
		if r := s.roll.byMachine[i][ByHardware][string(hw.Octets[:hw.Len])]; r != nil {
			return r
		}
	}
	return nil
}

// asIPXE returns what iPXE of a machine sends, as far as is known. l may be nil.
func (s *State) asIPXE(hw HW, l *Lease) *Query {
	q := &Query{Port: dhcpPort, Type: Discover, HW: hw}
	o := option.List(nil).AppendString(option.UserClass, "iPXE")
	if m := s.boots.of(hw); m != nil && m.hasArch {
		o = o.AppendString(option.VendorClass, fmt.Sprintf("PXEClient:Arch:%05d:UNDI:003010", m.arch))
		o = o.Append(option.ClientArch, binary.BigEndian.AppendUint16(nil, m.arch)).Append(option.ClientUUID, m.uuid[:m.uuidLen])
	}
	if l != nil {
		q.GIAddr = l.Giaddr
		if len(l.RelayInfo) > 0 {
			o = o.Append(option.RelayAgentInfo, l.relaySaid())
		}
	}
	q.Options = o
	q.Index()
	return q
}

// linkTo returns the link of a frontend that is on a subnet, or else one that has an address. It is never nil.
func (s *State) linkTo(frontend string, sub *Subnet) *Link {
	best := &Link{Frontend: &Frontend{Name: frontend}, Name: "none"}
	for _, f := range s.frontends {
		if f.Name != frontend {
			continue
		}
		for _, l := range f.Links {
			for _, ip := range l.IPs {
				if sub.Contains(ip) {
					return l
				}
				if len(best.IPs) == 0 {
					best = l
				}
			}
		}
	}
	return best
}
