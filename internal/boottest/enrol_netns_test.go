//go:build netns && boot

package boottest_test

import (
	"net/http"
	"strings"
	"testing"
)

// A stranger boots into a script that registers it. The registration desk puts it on the roll, and at its next turn it boots the file
// that is its own.
func TestEnrol(t *testing.T) {
	const mac = "52:54:00:00:00:06"
	w := newWorld(t, "enrol", "undionly.kpxe")
	w.up()
	ln, err := w.server.Listen(t.Context(), "10.77.0.1:8090")
	if err != nil {
		t.Fatal(err)
	}
	desk := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		newcomer := strings.ReplaceAll(req.FormValue("mac"), "-", ":")
		out, err := w.cli("reservation", "add", "--mac", newcomer, "--subnet", "hall", "--address", "10.77.0.16", "--hostname", "bench6")
		if err != nil {
			t.Error(err)
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		rw.Write([]byte(out))
	})}
	go desk.Serve(ln)
	t.Cleanup(func() { desk.Close() })

	m := w.machine(w.floor, "newcomer", mac, bios)
	m.boot()
	m.shows("WHO ARE YOU, " + mac + "?")
	r := m.show("it fetched the registration script", func(r course) bool { return r.has("HTTP", "register.ipxe") })
	if !strings.HasPrefix(r.Address, "10.77.0.1") || r.Address == "10.77.0.16" {
		t.Errorf("the stranger booted at %s, want an address of the pool", r.Address)
	}

	m.boot()
	m.shows("HELLO bench6 " + mac + " 10.77.0.16")
	r = m.show("it is done", done)
	m.went(r, step{What: "DISCOVER"}, step{What: "ACK"}, step{What: "SCRIPT"}, step{What: "DONE"})
	if r.Address != "10.77.0.16" {
		t.Errorf("the newcomer booted at %s, want its own 10.77.0.16", r.Address)
	}
}
