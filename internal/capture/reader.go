package capture

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// Datagram is one UDP datagram from or to a DHCP port.
type Datagram struct {
	// Frame is the number of its frame in the file, from 1, as Wireshark counts.
	Frame int
	// Time is when it was caught, in UTC.
	Time time.Time
	// Interface is where it was caught; "" where the file does not say.
	Interface string
	// VLAN is the outer VID in bits 0 to 15 and the inner one in bits 16 to 31, 0 for an untagged frame.
	VLAN uint32
	// Src and Dst are the addresses and ports of the datagram.
	Src, Dst netip.AddrPort
	// Payload is what UDP carries.
	Payload []byte
}

// source is either reader of pcapgo.
type source interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

// Reader reads a capture. It belongs to one goroutine.
type Reader struct {
	source source
	link   layers.LinkType // of a pcap file; a pcapng file says it of each frame
	frames int
	skips  [skips]int
}

// magicNG begins every pcapng file, whatever the order of its octets.
const magicNG = 0x0a0d0d0a

// NewReader reads the head of a capture. The error says that r holds none.
func NewReader(r io.Reader) (*Reader, error) {
	in := bufio.NewReader(r)
	if magic, err := in.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("unzip: %w", err)
		}
		in = bufio.NewReader(unzipped)
	}
	magic, err := in.Peek(4)
	if err != nil {
		return nil, errNone
	}
	if binary.BigEndian.Uint32(magic) == magicNG {
		ng, err := guard(func() (*pcapgo.NgReader, error) {
			return pcapgo.NewNgReader(in, pcapgo.NgReaderOptions{WantMixedLinkType: true, SkipUnknownVersion: true})
		})
		if err != nil {
			return nil, fmt.Errorf("the head of the pcapng file is damaged: %w", err)
		}
		return &Reader{source: ng}, nil
	}
	old, err := guard(func() (*pcapgo.Reader, error) { return pcapgo.NewReader(in) })
	if err != nil {
		return nil, errNone
	}
	return &Reader{source: old, link: old.LinkType()}, nil
}

var errNone = errors.New("it is no capture; rollcall reads pcap and pcapng, as `tcpdump -w` and Wireshark write them")

// guard turns a panic of the library, which would be for one more way in which a file can be damaged, into an error.
func guard[T any](f func() (T, error)) (v T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it cannot be read: %v", p)
		}
	}()
	return f()
}

// frame is what a source gives for one frame.
type frame struct {
	data []byte
	info gopacket.CaptureInfo
}

// Next returns the next datagram from or to a DHCP port. At the end the error is io.EOF; any other says where the file is damaged, and
// nothing comes after it.
func (r *Reader) Next() (Datagram, error) {
	for {
		f, err := guard(func() (f frame, err error) {
			f.data, f.info, err = r.source.ReadPacketData()
			return f, err
		})
		_, ng := r.source.(*pcapgo.NgReader)
		switch {
		case errors.Is(err, io.EOF) && (ng || f.info.CaptureLength == 0): // a pcap file may end behind the head of a frame
			return Datagram{}, io.EOF
		case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
			return Datagram{}, fmt.Errorf("the file ends in the middle of frame %d", r.frames+1)
		case err != nil:
			return Datagram{}, fmt.Errorf("the file is damaged behind frame %d: %w", r.frames, err)
		}
		r.frames++
		d := Datagram{Frame: r.frames, Time: f.info.Timestamp}
		link := r.link
		if ng, ok := r.source.(*pcapgo.NgReader); ok {
			if i, err := ng.Interface(f.info.InterfaceIndex); err == nil {
				link, d.Interface = i.LinkType, i.Name
			}
		}
		skip := d.dissect(link, f.data)
		if skip == SkipTruncated && f.info.CaptureLength < f.info.Length {
			skip = SkipSnapped
		}
		if skip == skipNone {
			return d, nil
		}
		r.skips[skip]++
	}
}

// Frames returns how many frames have been read.
func (r *Reader) Frames() int { return r.frames }

// Skipped returns how many of them were passed over, and why. Those that are not DHCP at all are not among them.
func (r *Reader) Skipped() map[Skip]int {
	m := map[Skip]int{}
	for s, n := range r.skips {
		if n > 0 && Skip(s) != skipOther {
			m[Skip(s)] = n
		}
	}
	return m
}
