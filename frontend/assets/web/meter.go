package web

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// meter counts what is sent, gives each piece its time, and leaves the sending of files to the kernel.
type meter struct {
	http.ResponseWriter
	control *http.ResponseController
	status  int
	sent    int64
	err     error // of the write that failed
}

func newMeter(w http.ResponseWriter) *meter {
	m := &meter{ResponseWriter: w, control: http.NewResponseController(w), status: http.StatusOK}
	m.extend()
	return m
}

// Unwrap is for [http.ResponseController].
func (m *meter) Unwrap() http.ResponseWriter { return m.ResponseWriter }

// extend gives the next piece its time.
func (m *meter) extend() { _ = m.control.SetWriteDeadline(time.Now().Add(sendTimeout)) }

// WriteHeader remembers the status.
func (m *meter) WriteHeader(status int) {
	m.status = status
	m.ResponseWriter.WriteHeader(status)
}

// Write sends p.
func (m *meter) Write(p []byte) (int, error) {
	m.extend()
	n, err := m.ResponseWriter.Write(p)
	m.sent += int64(n)
	m.err = err
	return n, err
}

// ReadFrom sends src piece by piece.
func (m *meter) ReadFrom(src io.Reader) (sent int64, err error) {
	left := int64(1<<63 - 1)
	limited, ok := src.(*io.LimitedReader)
	if ok {
		// The kernel sends a file that is limited once, not twice.
		src, left = limited.R, limited.N
		defer func() { limited.N -= sent }()
	}
	for left > 0 && err == nil {
		m.extend()
		var n int64
		n, err = io.Copy(m.ResponseWriter, io.LimitReader(src, min(left, sendSize)))
		sent += n
		left -= n
		if n < sendSize {
			break // the end
		}
	}
	m.sent += sent
	m.err = err
	return sent, err
}

// why says what ended the sending early.
func (m *meter) why() string {
	switch {
	case errors.Is(m.err, os.ErrDeadlineExceeded):
		return "the client took too long"
	case m.err != nil:
		return "the client broke off"
	}
	return "the file became shorter while it was sent"
}
