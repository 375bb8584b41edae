package cli_test

import (
	"google.golang.org/grpc"

	leasedv1 "rollcall/proto/leased/v1"
)

// fakeBackup streams a file of eleven octets, or says so and breaks off.
type fakeBackup struct {
	leasedv1.UnimplementedBackupServiceServer
	broken bool
}

func (f fakeBackup) Backup(_ *leasedv1.BackupRequest, stream grpc.ServerStreamingServer[leasedv1.BackupResponse]) error {
	chunks := []string{"all ", "of it\n\n"}
	if f.broken {
		chunks = chunks[:1]
	}
	if err := stream.Send(&leasedv1.BackupResponse{Size: 11, Sequence: 42}); err != nil {
		return err
	}
	for _, c := range chunks {
		if err := stream.Send(&leasedv1.BackupResponse{Chunk: []byte(c)}); err != nil {
			return err
		}
	}
	return nil
}
