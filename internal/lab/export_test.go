package lab

import (
	"context"
	"io"
	"net/http"
	"time"

	leasedv1 "rollcall/proto/leased/v1"
)

// What the tests of this package need besides what it exports.
var (
	Check       = check
	NewNarrator = newNarrator
	Crowd       = crowd
)

type (
	Notice   = notice
	TableRow = row
)

func NewDesk(secret string, roll leasedv1.ReservationServiceClient, expected map[string]*leasedv1.Reservation, heard func(Notice)) (http.Handler, error) {
	return newDesk(secret, roll, expected, heard)
}

// Prepare writes the files of a lab into dir.
func Prepare(dir string, guest time.Duration) (secret, config string, err error) {
	d := directory(dir)
	secret, err = prepare(settings{
		Dir: d, Interface: serverInterface, GuestTime: guest, Registered: registeredHW.String(),
		Desk: deskAddr + ":" + deskPort, FrontendHTTP: frontendHTTP, LeasedHTTP: leasedHTTP, WebhookdHTTP: webhookdHTTP,
	})
	return secret, d.config(), err
}

func UDHCPC(h *Host, dir string) (*Process, error)   { return udhcpc(h, directory(dir)) }
func DHClient(h *Host, dir string) (*Process, error) { return dhclient(h, directory(dir)) }

func (n *narrator) Say(title, format string, args ...any) { n.say(title, format, args...) }

// Row builds a line of a lease table.
func Row(address, hardware string, expires time.Time, state leasedv1.LeaseState, byARP bool) TableRow {
	return row{address: address, hardware: hardware, expires: expires, state: state, byARP: byARP}
}

func Compare(before, after []TableRow) error { return compare(before, after) }

// Run runs the lab with the rollcall at executable.
func Run(ctx context.Context, executable string, once bool, out, errOut io.Writer) error {
	return config{executable: executable, once: once, out: out, errOut: errOut}.run(ctx)
}
