package timeline_test

import (
	"net/netip"
	"time"

	"rollcall/internal/arch"
	"rollcall/internal/event"
	"rollcall/internal/option"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
	"rollcall/leased/timeline"
)

// The world of the stories: a frontend that serves files itself, on 10.77.0.1, and a machine.
var (
	began     = time.Unix(1_800_000_000, 0).UTC()
	hw        = engine.HWOf(1, []byte{0x52, 0x54, 0, 0, 0, 1})
	own       = netip.MustParseAddr("10.77.0.1")
	elsewhere = netip.MustParseAddr("10.0.0.9")
	ip        = engine.IPOf(netip.MustParseAddr("10.77.0.11"))
	link      = func() *engine.Link {
		f := &engine.Frontend{Name: "gate", HTTPPort: 8080, TFTP: true}
		f.Links = []*engine.Link{{Frontend: f, Name: "eth1", IPs: []engine.IP{engine.IPOf(own)}}}
		return f.Links[0]
	}()
)

// tale tells a timeline what happens to a machine.
type tale struct {
	*timeline.Timeline
	now time.Time
	c   boot.Client
}

func newTale() *tale {
	return &tale{Timeline: timeline.New(), now: began, c: boot.Client{Class: boot.ClassPXE, HasArch: true, Arch: 7, Firmware: arch.X64}}
}

// wait lets time pass.
func (s *tale) wait(d time.Duration) { s.now = s.now.Add(d) }

// is makes the machine another one from now on.
func (s *tale) is(f arch.Firmware, class boot.Class) {
	s.c = boot.Client{Class: class, HasArch: true, Arch: uint16(f), Firmware: f, ByHTTP: class == boot.ClassHTTP}
}

// ipxe makes iPXE of it.
func (s *tale) ipxe() { s.c.IPXE = true }

// hears tells of a message and what was decided upon it; taken is the server whose offer it takes.
func (s *tale) hears(kind engine.MessageType, port uint16, d engine.Decision, taken ...byte) {
	q := &engine.Query{Link: link, Port: port, Type: kind, HW: hw}
	if len(taken) > 0 {
		q.Options = q.Options.Append(option.ServerID, taken)
	}
	if port != 67 {
		q.CIAddr = ip
	}
	if d.Boot == nil {
		d.Boot = &engine.Booting{}
	}
	d.Boot.Client = s.c
	s.Decided(s.now, q, &d)
	s.wait(10 * time.Millisecond)
}

// gives is an answer that names a file.
func gives(kind engine.Kind, at engine.IP, stage boot.Stage, name string, server netip.Addr) engine.Decision {
	return engine.Decision{Kind: kind, IP: at, Boot: &engine.Booting{Answer: boot.Answer{
		Stage: stage, Name: name, Next: server, Rule: "boot.files.uefi-x64", From: "subnet hall (rollcall.yaml:12)",
	}}}
}

// refuses is an answer that names none.
func refuses(kind engine.Kind, at engine.IP, why boot.Reason) engine.Decision {
	return engine.Decision{Kind: kind, IP: at, Boot: &engine.Booting{Answer: boot.Answer{Reason: why}}}
}

// leases tells of the four messages by which it gets an address and a file.
func (s *tale) leases(stage boot.Stage, name string, server netip.Addr) {
	s.hears(engine.Discover, 67, gives(engine.Offer, ip, stage, name, server))
	s.hears(engine.Request, 67, gives(engine.Ack, ip, stage, name, server), 10, 77, 0, 1)
}

func (s *tale) fetches(path string, r timeline.Result) {
	s.Fetched(hw, &timeline.Fetch{Time: s.now, Path: path, Result: r, Octets: 1000, Duration: 20 * time.Millisecond}, s.now.Add(time.Second))
	s.wait(30 * time.Millisecond)
}

func (s *tale) fetchesHTTP(path string, r timeline.Result, script bool) {
	s.Fetched(hw, &timeline.Fetch{Time: s.now, HTTP: true, Path: path, Result: r, Script: script}, s.now)
	s.wait(10 * time.Millisecond)
}

func (s *tale) sees(server string, proxy bool, message, file string) {
	s.Saw(hw, &timeline.Sighting{
		Time: s.now, Server: server, Hardware: "52:54:00:00:02:00", File: file, Proxy: proxy, Message: message,
	}, s.now)
}

// starts tells of its operating system.
func (s *tale) starts() {
	q := &engine.Query{Link: link, Port: 67, Type: engine.Discover, HW: hw,
		Options: option.List(nil).AppendString(option.VendorClass, "MSFT 5.0")}
	s.Decided(s.now, q, &engine.Decision{Kind: engine.Offer, IP: ip})
}

// loops tells of the event.
func (s *tale) loops(name string) {
	d := gives(engine.Ack, ip, boot.StageFile, name, own)
	d.Commit.Events = []*engine.Event{{Kind: event.BootLoop}}
	s.hears(engine.Request, 67, d)
}
