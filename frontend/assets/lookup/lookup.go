package lookup

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

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
	// HTTP is the URL of the HTTP server at Local, empty where there is none; Base that of the server that was asked.
	HTTP, Base string
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

// Refused says why there is no content.
type Refused struct {
	Reason refusal.Reason
	// Detail says more to the operator; often empty.
	Detail string
}

// Lookup is safe for concurrent use. Until it has a directory there are no files.
type Lookup struct {
	dir      atomic.Pointer[directory.Directory]
	frontend string
	machines Machines
	log      *slog.Logger
	metrics  *metrics
	warned   atomic.Int64 // when warn did, in Unix nanoseconds
}

// Config is what a Lookup is made of.
type Config struct {
	// Frontend is the name of this frontend towards leased, and Machines tells of machines that scripts are made for.
	Frontend string
	Machines Machines
	// Logger and Registry may be nil.
	Logger   *slog.Logger
	Registry prometheus.Registerer
}

// New returns a Lookup without a directory.
func New(cfg Config) *Lookup {
	return &Lookup{
		frontend: cfg.Frontend, machines: cfg.Machines, log: obs.OrDiscard(cfg.Logger), metrics: newMetrics(cfg.Registry),
	}
}

// SetDirectory has files come from d from now on and closes the directory before it; files that are being sent stay open. Nil: there
// are none.
func (l *Lookup) SetDirectory(d *directory.Directory) {
	if old := l.dir.Swap(d); old != nil {
		old.Close()
	}
}

// Open returns what a is answered with, or why it is not.
func (l *Lookup) Open(ctx context.Context, a Ask) (Content, *Refused) {
	if isTemplate(a.Path) {
		return Content{}, &Refused{Reason: refusal.Source}
	}
	if c, why, is := l.own(ctx, a); is {
		return c, why
	}
	c, why := l.file(ctx, a.Path)
	if why != nil && why.Reason == refusal.NotFound && path.Ext(a.Path) == ipxe {
		return l.rendered(ctx, a)
	}
	return c, why
}

// file opens a file of the directory.
func (l *Lookup) file(ctx context.Context, name string) (Content, *Refused) {
	for {
		d := l.dir.Load()
		if d == nil {
			return Content{}, &Refused{Reason: refusal.Unreadable, Detail: "the directory cannot be opened"}
		}
		f, reason, err := d.Open(name)
		switch {
		case errors.Is(err, os.ErrClosed) && l.dir.Load() != d:
			continue // another directory took its place
		case err != nil:
			l.warn(ctx, "cannot read a file to serve", obs.KeyPath, name, obs.KeyErr, err)
			return Content{}, &Refused{Reason: reason, Detail: err.Error()}
		case reason != "":
			return Content{}, &Refused{Reason: reason}
		}
		return Content{Body: f.File, Size: f.Size, Time: f.Time}, nil
	}
}

// warn logs what the operator should look at, once a second; else it is of interest for debugging only. Clients can ask for the same
// file as often as they like.
func (l *Lookup) warn(ctx context.Context, msg string, args ...any) {
	level, now, before := slog.LevelDebug, time.Now().UnixNano(), l.warned.Load()
	if now-before >= int64(time.Second) && l.warned.CompareAndSwap(before, now) {
		level = slog.LevelWarn
	}
	l.log.Log(ctx, level, msg, args...)
}
