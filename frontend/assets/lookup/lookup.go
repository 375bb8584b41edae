package lookup

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"rollcall/frontend/assets/directory"
	"rollcall/frontend/assets/refusal"
	"rollcall/internal/obs"
	leasedv1 "rollcall/proto/leased/v1"
)

// Ask is a request.
type Ask struct {
	// Path comes from [directory.Clean].
	Path string
	// Client is who asks, Local the address that was asked.
	Client, Local netip.Addr
	// Hardware is the hardware address that the request names, or empty.
	Hardware string
}

// Content is what a request is answered with. It is to be closed.
type Content struct {
	// Body is an [os.File] where it is one of the directory: the kernel can send those by itself.
	Body interface {
		io.ReadSeeker
		io.ReaderAt
	}
	// Size is the size in octets.
	Size int64
	// Time is when the file was changed last; zero for what is made for the request.
	Time time.Time
	// Purpose is what leased is told that it was for.
	Purpose leasedv1.Fetch_Purpose
}

// Close closes the file behind it, if there is one.
func (c Content) Close() {
	if f, ok := c.Body.(*os.File); ok {
		f.Close()
	}
}

func script(text []byte, purpose leasedv1.Fetch_Purpose) Content {
	return Content{Body: bytes.NewReader(text), Size: int64(len(text)), Purpose: purpose}
}

// Refused says why there is no content.
type Refused struct {
	Reason refusal.Reason
	// Detail says more to the operator; often empty.
	Detail string
}

// Lookup is safe for concurrent use. Until it has a directory there are no files.
type Lookup struct {
	dir atomic.Pointer[directory.Directory]
	log *slog.Logger
}

// New returns a Lookup without a directory. Log may be nil.
func New(log *slog.Logger) *Lookup { return &Lookup{log: obs.OrDiscard(log)} }

// SetDirectory has files come from d from now on and closes the directory before it; files that are being sent stay open. Nil: there
// are none.
func (l *Lookup) SetDirectory(d *directory.Directory) {
	if old := l.dir.Swap(d); old != nil {
		old.Close()
	}
}

// Open returns what a is answered with, or why it is not.
func (l *Lookup) Open(ctx context.Context, a Ask) (Content, *Refused) {
	return l.file(ctx, a.Path)
}

// file opens a file of the directory.
func (l *Lookup) file(ctx context.Context, path string) (Content, *Refused) {
	for {
		d := l.dir.Load()
		if d == nil {
			return Content{}, &Refused{Reason: refusal.Unreadable, Detail: "the directory cannot be opened"}
		}
		f, reason, err := d.Open(path)
		switch {
		case errors.Is(err, os.ErrClosed) && l.dir.Load() != d:
			continue // another directory took its place
		case err != nil:
			l.log.WarnContext(ctx, "cannot read a file to serve", obs.KeyPath, path, obs.KeyErr, err)
			return Content{}, &Refused{Reason: reason, Detail: err.Error()}
		case reason != "":
			return Content{}, &Refused{Reason: reason}
		}
		return Content{Body: f.File, Size: f.Size, Time: f.Time}, nil
	}
}
