package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	leasedv1 "rollcall/proto/leased/v1"
)

func (a *app) backupVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the database of leased while it is in use",
		Long: `Copy the database of leased while it is in use: leases, reservations made through the API, and events, as of one commit.
The file appears under its name when it is whole and on disk.

To put it back, stop leased, remove leased.db.journal.0 and leased.db.journal.1 from the data directory and lay the file there as
leased.db. Machines that got a lease after the backup renew it as strangers to it: pools with scan are found again by ARP.`,
		Example: `  rollcall backup /var/backups/leased-$(date +%F).db
  rollcall backup --force /var/backups/leased.db`,
		Args: cobra.ExactArgs(1),
	}
	force := cmd.Flags().Bool("force", false, "replace a file that is there already")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		path := args[0]
		if _, err := os.Lstat(path); err == nil && !*force {
			return usagef("%s is there already; --force replaces it", path)
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			// A stream that is not read to its end would hold pages of the database for as long as the connection lives.
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			stream, err := leasedv1.NewBackupServiceClient(conn).Backup(ctx, &leasedv1.BackupRequest{})
			if err != nil {
				return err
			}
			first, err := stream.Recv()
			if err != nil {
				return err
			}
			if err := writeWhole(path, first.GetSize(), stream); err != nil {
				return err
			}
			fmt.Fprintf(a.Stderr, "%s: %d KiB, up to event %d\n", path, (first.GetSize()+1023)/1024, first.GetSequence())
			return nil
		})
	}
	return cmd
}

// writeWhole writes what the stream brings to path, all of it or nothing.
func writeWhole(path string, size uint64, stream grpc.ServerStreamingClient[leasedv1.BackupResponse]) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600: it tells who is where
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	written := uint64(0)
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		n, err := f.Write(m.GetChunk())
		if err != nil {
			return err
		}
		written += uint64(n)
	}
	if written != size {
		return fmt.Errorf("the copy has %d octets and should have %d; try again", written, size)
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
