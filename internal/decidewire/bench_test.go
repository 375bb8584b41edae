package decidewire_test

import (
	"bytes"
	"fmt"
	"testing"

	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	"rollcall/internal/decidewire"
	leasedv1 "rollcall/proto/leased/v1"
)

// batch is n messages of the stream in one.
type batch struct {
	name string
	proto.Message
}

// batches are requests and responses of n elements, with what a REQUEST and its ACK usually have, and a request from a relay with every
// field of the header.
func batches(n uint32) []batch {
	req, relayed, resp := new(leasedv1.DecideRequest), new(leasedv1.DecideRequest), new(leasedv1.DecideResponse)
	for i := range n {
		q := &leasedv1.Query{
			Id: 1000 + i, Type: 3, Xid: 0x39f1c2aa + i, Secs: 1, Htype: 1, Chaddr: []byte{2, 0, 0, 0, 0, byte(i)},
			Options: bytes.Repeat([]byte{12}, 60), Destination: 0xffffffff,
		}
		req.Queries = append(req.Queries, q)
		q = proto.Clone(q).(*leasedv1.Query)
		q.Giaddr, q.Source, q.Destination = 0x0a630001, 0x0a630001, 0x0a140001
		q.Hops, q.Yiaddr, q.Siaddr, q.Sname, q.File = 1, 0x0a630033, 0x0a630002, []byte("boot.example.org"), []byte("ipxe.efi")
		relayed.Queries = append(relayed.Queries, q)
		resp.Answers = append(resp.Answers, &leasedv1.Answer{
			Id: 1000 + i, Kind: leasedv1.Answer_KIND_ACK, Yiaddr: 0x0a630032 + i, Options: bytes.Repeat([]byte{3}, 80),
		})
	}
	return []batch{{"request", req}, {"relayed", relayed}, {"response", resp}}
}

func BenchmarkCodec(b *testing.B) {
	codecs := []struct {
		name string
		encoding.CodecV2
	}{{"decidewire", decidewire.Codec{}}, {"protobuf", encoding.GetCodecV2("proto")}}
	for _, n := range []uint32{1, 8, 64} {
		for _, m := range batches(n) {
			for _, c := range codecs {
				b.Run(fmt.Sprintf("%s/marshal/%s=%d", c.name, m.name, n), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						data, err := c.Marshal(m.Message)
						if err != nil {
							b.Fatal(err)
						}
						data.Free()
					}
				})
				b.Run(fmt.Sprintf("%s/unmarshal/%s=%d", c.name, m.name, n), func(b *testing.B) {
					bytes, err := proto.Marshal(m.Message)
					if err != nil {
						b.Fatal(err)
					}
					data, into := mem.BufferSlice{mem.SliceBuffer(bytes)}, m.ProtoReflect().New().Interface()
					b.ReportAllocs()
					for b.Loop() {
						if err := c.Unmarshal(data, into); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
