package rpc

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	socketMode = 0o660
	// probeTimeout bounds the question whether somebody still answers on a socket that is in the way.
	probeTimeout = time.Second
)

// listen opens one endpoint. What it accepts on a unix socket is marked local.
func listen(ctx context.Context, ep Endpoint) (net.Listener, error) {
	if ep.Network == NetworkUnix {
		ln, err := listenUnix(ctx, ep.Address)
		if err != nil {
			return nil, fmt.Errorf("listen on %s: %w", ep, err)
		}
		return localListener{ln, peerUnix}, nil
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, ep.Network, ep.Address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", ep, err)
	}
	return ln, nil
}

// listenUnix opens a socket of mode 0660, making its directory if only the last part of that is missing (/run is empty after
// every boot). The socket file is removed again when the listener closes.
func listenUnix(ctx context.Context, path string) (net.Listener, error) {
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make directory of the socket: %w", err)
	}
	if err := clearStale(ctx, path); err != nil {
		return nil, err
	}
	// Linux gives the file the mode that the unbound socket has, less the umask. Setting it before bind means there is no moment
	// in which others can connect; setting it again after bind undoes the umask.
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var err error
		if ctlErr := c.Control(func(fd uintptr) { err = unix.Fchmod(int(fd), socketMode) }); ctlErr != nil {
			return ctlErr
		}
		return err
	}}
	ln, err := lc.Listen(ctx, NetworkUnix, path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, socketMode); err != nil {
		ln.Close()
		return nil, err
	}
	return ln, nil
}

// clearStale removes a socket that a killed process left behind. Anything else in the way is an error: a socket on which
// somebody answers, or a file that is no socket.
func clearStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s exists and is not a socket; remove it or configure another path", path)
	}
	conn, err := (&net.Dialer{Timeout: probeTimeout}).DialContext(ctx, NetworkUnix, path)
	if err == nil {
		conn.Close()
		return errors.New("another process listens here; stop it or configure another path")
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("find out whether another process listens here: %w", err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove stale socket: %w", err)
	}
	return nil
}
