package service

import (
	"io"

	"google.golang.org/grpc"

	"rollcall/leased/store"
	leasedv1 "rollcall/proto/leased/v1"
)

type backup struct {
	leasedv1.UnimplementedBackupServiceServer
	store *store.Store
}

// Backup implements BackupService.
func (s *backup) Backup(_ *leasedv1.BackupRequest, stream grpc.ServerStreamingServer[leasedv1.BackupResponse]) error {
	return s.store.Backup(func(size int64, last uint64, to io.WriterTo) error {
		if err := stream.Send(&leasedv1.BackupResponse{Size: uint64(size), Sequence: last}); err != nil {
			return err
		}
		_, err := to.WriteTo(chunks{stream})
		return err
	})
}

// maxChunk keeps a message well below the 4 MiB that gRPC takes by default.
const maxChunk = 256 << 10

// chunks sends what is written to it.
type chunks struct {
	stream grpc.ServerStreamingServer[leasedv1.BackupResponse]
}

func (c chunks) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		part := p[:min(len(p), maxChunk)]
		if err := c.stream.Send(&leasedv1.BackupResponse{Chunk: part}); err != nil {
			return n, err
		}
		n += len(part)
		p = p[len(part):]
	}
	return n, nil
}
