package tftp

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"

	"github.com/pin/tftp/v3"

	"rollcall/frontend/assets/directory"
	"rollcall/frontend/assets/ledger"
	"rollcall/frontend/assets/lookup"
	"rollcall/frontend/assets/refusal"
	leasedv1 "rollcall/proto/leased/v1"
)

// handler answers the requests of one socket.
type handler struct {
	*Server
	ctx context.Context // of Serve: a request has none
}

// refused is what a client that gets nothing is told.
type refused refusal.Reason

func (r refused) Error() string { return refusal.Reason(r).Words() }

// read serves one request to read. What it returns goes to the client as an error, if there is still anything to say.
func (h *handler) read(asked string, to io.ReaderFrom) error {
	client, local := ends(to)
	t, admitted := h.ledger.Begin(ledger.Transfer{Protocol: ledger.TFTP, Client: client, Path: asked, Hardware: lookup.Hardware(asked)})
	if !admitted || !h.clients.enter(client) {
		return refuse(t, refusal.Busy, "")
	}
	defer h.clients.leave(client)
	path, reason := directory.Clean(asked)
	if reason != "" {
		return refuse(t, reason, "")
	}
	content, why := h.lookup.Open(h.ctx, lookup.Ask{
		Path: path, Client: client, Local: local, Hardware: t.Hardware, HTTP: h.http(local), Base: "tftp://" + local.String(),
	})
	if why != nil {
		return refuse(t, why.Reason, why.Detail)
	}
	defer content.Close()
	t.Purpose = content.Purpose
	body := newBody(h.ctx, content)
	n, err := to.ReadFrom(body)
	result, detail := judge(err, body.begun)
	t.End(result, n, detail)
	return nil
}

// write refuses a request to write.
func (h *handler) write(asked string, from io.WriterTo) error {
	client, _ := ends(from)
	t, _ := h.ledger.Begin(ledger.Transfer{Protocol: ledger.TFTP, Client: client, Path: asked})
	return refuse(t, refusal.Method, "")
}

func refuse(t *ledger.Transfer, reason refusal.Reason, detail string) error {
	t.Refuse(reason, detail)
	return refused(reason)
}

// judge says how a transfer ended. A client that only wanted to know the size breaks off before the first block, which firmware does
// before it fetches a file; so does one whose request was doubled on the way, with the answer to the second.
func judge(err error, begun bool) (leasedv1.Fetch_Result, string) {
	var timeout net.Error
	switch {
	case err == nil:
		return leasedv1.Fetch_RESULT_COMPLETE, ""
	case errors.Is(err, errStopping), errors.Is(err, errShrunk):
		return leasedv1.Fetch_RESULT_ABORTED, err.Error()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return leasedv1.Fetch_RESULT_ABORTED, "the client was not heard of again"
	case errors.As(err, &timeout):
		return leasedv1.Fetch_RESULT_ABORTED, "the client cannot be reached: " + err.Error()
	}
	// The library has no type for the error datagram of a client.
	_, said, ok := strings.Cut(err.Error(), ": code=")
	switch {
	case !ok:
		return leasedv1.Fetch_RESULT_ABORTED, err.Error()
	case !begun:
		return leasedv1.Fetch_RESULT_PROBE, ""
	}
	return leasedv1.Fetch_RESULT_ABORTED, "the client broke off with code " + strings.TrimRight(said, "\x00")
}

// ends returns the addresses of a transfer: the client's, and that which it asked.
func ends(transfer any) (client, local netip.Addr) {
	if o, ok := transfer.(tftp.OutgoingTransfer); ok {
		client = addrOf(o.RemoteAddr().IP)
	} else if in, ok := transfer.(tftp.IncomingTransfer); ok {
		client = addrOf(in.RemoteAddr().IP)
	}
	if p, ok := transfer.(tftp.RequestPacketInfo); ok {
		local = addrOf(p.LocalIP())
	}
	return client, local
}
