package decidewire

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	leasedv1 "rollcall/proto/leased/v1"
)

// The fields of a DecideRequest. A Hello is rare, so protobuf's own code does it.
const (
	requestHello   = 1<<3 | delimited
	requestQueries = 2<<3 | delimited
)

// The fields of a Query.
const (
	queryID          = 1<<3 | varint
	queryLink        = 2<<3 | varint
	queryPort        = 3<<3 | varint
	queryType        = 4<<3 | varint
	queryXID         = 5<<3 | fixed32
	querySecs        = 6<<3 | varint
	queryFlags       = 7<<3 | varint
	queryCIAddr      = 8<<3 | fixed32
	queryGIAddr      = 9<<3 | fixed32
	queryHType       = 10<<3 | varint
	queryCHAddr      = 11<<3 | delimited
	queryOptions     = 12<<3 | delimited
	querySource      = 13<<3 | fixed32
	queryDestination = 14<<3 | fixed32
	queryVLAN        = 15<<3 | fixed32
)

// Those with keys of two octets.
const (
	queryHops   = 16<<3 | varint
	queryYIAddr = 17<<3 | fixed32
	querySIAddr = 18<<3 | fixed32
	querySName  = 19<<3 | delimited
	queryFile   = 20<<3 | delimited
)

// sizeRequest returns the length of m and notes those of its elements.
func (o *outgoing) sizeRequest(m *leasedv1.DecideRequest) (n int) {
	o.sizes = o.sizes[:0]
	if h := m.GetHello(); h != nil {
		n += 1 + protowire.SizeBytes(o.pushSize(proto.Size(h)))
	}
	for _, q := range m.GetQueries() {
		n += 1 + protowire.SizeBytes(o.pushSize(sizeQuery(q)))
	}
	return n
}

// appendRequest appends m, of which sizeRequest has just been told.
func (o *outgoing) appendRequest(b []byte, m *leasedv1.DecideRequest) ([]byte, error) {
	sizes := o.sizes
	if h := m.GetHello(); h != nil {
		var err error
		b = protowire.AppendVarint(append(b, byte(requestHello)), uint64(sizes[0]))
		if b, err = (proto.MarshalOptions{UseCachedSize: true}).MarshalAppend(b, h); err != nil {
			return b, err
		}
		sizes = sizes[1:]
	}
	for i, q := range m.GetQueries() {
		b = protowire.AppendVarint(append(b, byte(requestQueries)), uint64(sizes[i]))
		b = appendQuery(b, q)
	}
	return b, nil
}

func sizeQuery(q *leasedv1.Query) int {
	if q == nil {
		return 0
	}
	n := sizeVarint(uint64(q.Id)) + sizeVarint(uint64(q.Link)) + sizeVarint(uint64(q.Port)) + sizeVarint(uint64(q.Type)) +
		sizeFixed32(q.Xid) + sizeVarint(uint64(q.Secs)) + sizeVarint(uint64(q.Flags)) +
		sizeFixed32(q.Ciaddr) + sizeFixed32(q.Giaddr) + sizeVarint(uint64(q.Htype)) +
		sizeDelimited(len(q.Chaddr)) + sizeDelimited(len(q.Options)) +
		sizeFixed32(q.Source) + sizeFixed32(q.Destination) + sizeFixed32(q.Vlan)
	if hasSeldom(q) {
		n += sizeSeldom(q)
	}
	return n
}

func appendQuery(b []byte, q *leasedv1.Query) []byte {
	if q == nil {
		return b
	}
	b = appendVarint(b, queryID, uint64(q.Id))
	b = appendVarint(b, queryLink, uint64(q.Link))
	b = appendVarint(b, queryPort, uint64(q.Port))
	b = appendVarint(b, queryType, uint64(q.Type))
	b = appendFixed32(b, queryXID, q.Xid)
	b = appendVarint(b, querySecs, uint64(q.Secs))
	b = appendVarint(b, queryFlags, uint64(q.Flags))
	b = appendFixed32(b, queryCIAddr, q.Ciaddr)
	b = appendFixed32(b, queryGIAddr, q.Giaddr)
	b = appendVarint(b, queryHType, uint64(q.Htype))
	b = appendBytes(b, queryCHAddr, q.Chaddr)
	b = appendBytes(b, queryOptions, q.Options)
	b = appendFixed32(b, querySource, q.Source)
	b = appendFixed32(b, queryDestination, q.Destination)
	b = appendFixed32(b, queryVLAN, q.Vlan)
	if hasSeldom(q) {
		b = appendSeldom(b, q)
	}
	return b
}

// hasSeldom reports whether q has any of the fields that clients on the link leave empty.
func hasSeldom(q *leasedv1.Query) bool {
	return q.Hops|q.Yiaddr|q.Siaddr != 0 || len(q.Sname)|len(q.File) != 0
}

func sizeSeldom(q *leasedv1.Query) (n int) {
	for _, size := range [...]int{
		sizeVarint(uint64(q.Hops)), sizeFixed32(q.Yiaddr), sizeFixed32(q.Siaddr), sizeDelimited(len(q.Sname)), sizeDelimited(len(q.File)),
	} {
		if size > 0 {
			n += size + 1 // for the second octet of the key
		}
	}
	return n
}

func appendSeldom(b []byte, q *leasedv1.Query) []byte {
	if q.Hops != 0 {
		b = protowire.AppendVarint(protowire.AppendVarint(b, queryHops), uint64(q.Hops))
	}
	if q.Yiaddr != 0 {
		b = protowire.AppendFixed32(protowire.AppendVarint(b, queryYIAddr), q.Yiaddr)
	}
	if q.Siaddr != 0 {
		b = protowire.AppendFixed32(protowire.AppendVarint(b, querySIAddr), q.Siaddr)
	}
	if len(q.Sname) > 0 {
		b = protowire.AppendBytes(protowire.AppendVarint(b, querySName), q.Sname)
	}
	if len(q.File) > 0 {
		b = protowire.AppendBytes(protowire.AppendVarint(b, queryFile), q.File)
	}
	return b
}

func parseRequest(m *leasedv1.DecideRequest, b []byte) error {
	n, err := count(b, requestQueries)
	if err != nil {
		return err
	}
	m.Hello, m.Queries = nil, room(m.Queries, n)
	for n = 0; len(b) > 0; {
		var f field
		if f, b, err = consume(b); err != nil {
			return err
		}
		switch f.key {
		case requestQueries:
			err = parseQuery(m.Queries[n], f.bytes)
			n++
		case requestHello:
			if m.Hello == nil {
				m.Hello = new(leasedv1.Hello)
			}
			// One that comes in parts is put together.
			err = proto.UnmarshalOptions{Merge: true, DiscardUnknown: true}.Unmarshal(f.bytes, m.Hello)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func parseQuery(q *leasedv1.Query, b []byte) error {
	q.Id, q.Link, q.Port, q.Type, q.Xid, q.Secs, q.Flags = 0, 0, 0, 0, 0, 0, 0
	q.Ciaddr, q.Giaddr, q.Htype, q.Source, q.Destination, q.Vlan = 0, 0, 0, 0, 0, 0
	q.Hops, q.Yiaddr, q.Siaddr = 0, 0, 0
	q.Chaddr, q.Options, q.Sname, q.File = q.Chaddr[:0], q.Options[:0], q.Sname[:0], q.File[:0]
	for len(b) > 0 {
		var f field
		var err error
		if f, b, err = consume(b); err != nil {
			return err
		}
		switch f.key {
		case queryID:
			q.Id = uint32(f.value)
		case queryLink:
			q.Link = uint32(f.value)
		case queryPort:
			q.Port = uint32(f.value)
		case queryType:
			q.Type = uint32(f.value)
		case queryXID:
			q.Xid = uint32(f.value)
		case querySecs:
			q.Secs = uint32(f.value)
		case queryFlags:
			q.Flags = uint32(f.value)
		case queryCIAddr:
			q.Ciaddr = uint32(f.value)
		case queryGIAddr:
			q.Giaddr = uint32(f.value)
		case queryHType:
			q.Htype = uint32(f.value)
		case queryCHAddr:
			q.Chaddr = append(q.Chaddr[:0], f.bytes...)
		case queryOptions:
			q.Options = append(q.Options[:0], f.bytes...)
		case querySource:
			q.Source = uint32(f.value)
		case queryDestination:
			q.Destination = uint32(f.value)
		case queryVLAN:
			q.Vlan = uint32(f.value)
		case queryHops:
			q.Hops = uint32(f.value)
		case queryYIAddr:
			q.Yiaddr = uint32(f.value)
		case querySIAddr:
			q.Siaddr = uint32(f.value)
		case querySName:
			q.Sname = append(q.Sname[:0], f.bytes...)
		case queryFile:
			q.File = append(q.File[:0], f.bytes...)
		}
	}
	return nil
}
