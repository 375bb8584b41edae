package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"rollcall/frontend/assets/directory"
	"rollcall/frontend/assets/ledger"
	"rollcall/frontend/assets/lookup"
	"rollcall/frontend/assets/refusal"
	"rollcall/frontend/assets/script"
	"rollcall/internal/fault"
	leasedv1 "rollcall/proto/leased/v1"
)

const (
	// retryAfter is what a client is told to wait when it comes at a bad time.
	retryAfter = 2 * time.Second
	// doneTimeout is how long leased may take to note that a machine is done.
	doneTimeout = 10 * time.Second
)

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w := newMeter(rw)
	client, local := addrOf(r.RemoteAddr), localOf(r)
	t, admitted := s.ledger.Begin(ledger.Transfer{
		Protocol: ledger.HTTP, Client: client.Addr(), Path: r.URL.Path, Hardware: hardwareOf(r), UserAgent: r.UserAgent(),
	})
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.ContentLength != 0 {
		// Nobody reads a body; what is left of it must not hold up the connection.
		w.Header().Set("Connection", "close")
		_ = w.control.SetReadDeadline(time.Now().Add(headerTimeout))
	}
	path, reason := directory.Clean(r.URL.Path)
	switch {
	case !admitted:
		reason = refusal.Busy
	case r.Method != http.MethodGet && r.Method != http.MethodHead && (r.Method != http.MethodPost || path != script.DonePath):
		reason = refusal.Method
	case len(r.RequestURI) > maxURI:
		reason = refusal.Malformed
	}
	if reason != "" {
		s.refuse(w, t, lookup.Refused{Reason: reason})
		return
	}
	url := "http://" + local.String()
	content, why := s.open(r, t, lookup.Ask{Path: path, Client: client.Addr(), Local: local.Addr(), Hardware: t.Hardware, HTTP: url, Base: url})
	if why != nil {
		s.refuse(w, t, *why)
		return
	}
	defer content.Close()
	t.Purpose = content.Purpose
	w.Header().Set("Content-Type", typeOf(path))
	if content.Time.IsZero() { // made for this request
		w.Header().Set("Content-Type", textType)
		w.Header().Set("Cache-Control", "no-store")
	}
	http.ServeContent(w, r, "", content.Time, content.Body)
	if w.status == http.StatusRequestedRangeNotSatisfiable || w.status == http.StatusPreconditionFailed {
		t.Refuse(refusal.Range, http.StatusText(w.status))
		return
	}
	result, detail := w.judge(r)
	t.End(result, w.sent, detail)
}

// open returns what a request is answered with. A machine that says that it is done is answered when leased has taken note: what it
// would otherwise do again at its next boot may be to install itself.
func (s *Server) open(r *http.Request, t *ledger.Transfer, a lookup.Ask) (lookup.Content, *lookup.Refused) {
	if a.Path != script.DonePath {
		return s.lookup.Open(r.Context(), a)
	}
	ctx, cancel := context.WithTimeout(r.Context(), doneTimeout)
	defer cancel()
	t.Purpose = leasedv1.Fetch_PURPOSE_DONE
	result := leasedv1.Fetch_RESULT_COMPLETE
	if r.Method == http.MethodHead { // which says nothing, and asks what GET would be answered
		result = leasedv1.Fetch_RESULT_PROBE
	}
	if err := t.Confirm(ctx, result); fault.CodeOf(err) == fault.Invalid {
		return lookup.Content{}, &lookup.Refused{Reason: refusal.Stranger, Detail: err.Error()}
	} else if err != nil {
		return lookup.Content{}, &lookup.Refused{Reason: refusal.Leased, Detail: err.Error()}
	}
	return lookup.Script(script.Done(), t.Purpose), nil
}

// refuse answers with a status and a line of text, and ends the transfer.
func (s *Server) refuse(w *meter, t *ledger.Transfer, why lookup.Refused) {
	status := statusOf(why.Reason)
	text := why.Reason.Words() + "\n"
	h := w.Header()
	h.Set("Content-Type", textType)
	h.Set("Content-Length", strconv.Itoa(len(text)))
	switch why.Reason {
	case refusal.Busy, refusal.Leased:
		h.Set("Retry-After", strconv.Itoa(int(retryAfter/time.Second)))
	case refusal.Method:
		h.Set("Allow", "GET, HEAD")
	}
	if why.Reason == refusal.Busy {
		h.Set("Connection", "close") // its place as a connection is for others
	}
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // to a HEAD it is not sent
	t.Refuse(why.Reason, why.Detail)
}

func statusOf(r refusal.Reason) int {
	switch r {
	case refusal.NotFound, refusal.Directory, refusal.Source:
		return http.StatusNotFound
	case refusal.Malformed:
		return http.StatusBadRequest
	case refusal.Method:
		return http.StatusMethodNotAllowed
	case refusal.Busy, refusal.Leased:
		return http.StatusServiceUnavailable
	}
	return http.StatusForbidden
}

// judge says how a transfer ended.
func (w *meter) judge(r *http.Request) (leasedv1.Fetch_Result, string) {
	if r.Method == http.MethodHead || w.status == http.StatusNotModified {
		return leasedv1.Fetch_RESULT_PROBE, ""
	}
	if n, err := strconv.ParseInt(w.Header().Get("Content-Length"), 10, 64); err == nil && w.sent < n {
		return leasedv1.Fetch_RESULT_ABORTED, w.why()
	}
	return leasedv1.Fetch_RESULT_COMPLETE, ""
}

// hardwareOf returns the hardware address that the path names, or else the parameter mac.
func hardwareOf(r *http.Request) string {
	if hw := lookup.Hardware(r.URL.Path); hw != "" {
		return hw
	}
	return lookup.Hardware(r.URL.Query().Get("mac"))
}

func localOf(r *http.Request) netip.AddrPort {
	if a, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		return addrOf(a.String())
	}
	return netip.AddrPort{}
}

// addrOf reads host:port; the address is one of IPv4 where it can be.
func addrOf(hostPort string) netip.AddrPort {
	a, _ := netip.ParseAddrPort(hostPort)
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
