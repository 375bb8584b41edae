package tftp

import (
	"bufio"
	"context"
	"errors"
	"io"

	"rollcall/frontend/assets/lookup"
)

// readAhead is how much of a file is read at once.
const readAhead = 32 << 10

var (
	errStopping = errors.New("the server stops")
	errShrunk   = errors.New("the file became shorter while it was sent")
)

// body is a file as the library reads it: it seeks first, to learn the size, and then reads to the end.
type body struct {
	ctx   context.Context
	seek  io.Seeker
	in    *bufio.Reader
	left  int64
	begun bool
}

func newBody(ctx context.Context, c lookup.Content) *body {
	section := io.NewSectionReader(c.Body, 0, c.Size)
	return &body{ctx: ctx, seek: section, in: bufio.NewReaderSize(section, readAhead), left: c.Size}
}

func (b *body) Seek(offset int64, whence int) (int64, error) { return b.seek.Seek(offset, whence) }

// Read never ends a file early: the client would take what it has for all of it.
func (b *body) Read(p []byte) (int, error) {
	b.begun = true
	if b.ctx.Err() != nil {
		return 0, errStopping
	}
	n, err := b.in.Read(p)
	b.left -= int64(n)
	if err == io.EOF && b.left > 0 {
		err = errShrunk
	}
	return n, err
}
