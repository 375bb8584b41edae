package leased_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/fault"
	"rollcall/internal/rpc"
	"rollcall/leased"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// authority issues certificates for one test.
type authority struct {
	t    *testing.T
	dir  string
	ca   string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t, dir: t.TempDir()}
	a.cert = &x509.Certificate{
		Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert, a.key, a.ca, _ = a.issue(a.cert)
	return a
}

// issue signs a certificate, with its own key if there is no other yet.
func (a *authority) issue(template *x509.Certificate) (_ *x509.Certificate, key *ecdsa.PrivateKey, certFile, keyFile string) {
	a.t.Helper()
	check := func(err error) {
		a.t.Helper()
		if err != nil {
			a.t.Fatal(err)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	parent := a.key
	if parent == nil {
		parent = key
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), parent)
	check(err)
	cert, err := x509.ParseCertificate(der)
	check(err)
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	check(err)
	name := filepath.Join(a.dir, template.Subject.CommonName)
	check(os.WriteFile(name+".pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	check(os.WriteFile(name+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600))
	return cert, key, name + ".pem", name + ".key"
}

// files returns the files of a new certificate for name.
func (a *authority) files(name string) *rpc.TLS {
	a.t.Helper()
	_, _, cert, key := a.issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	})
	return &rpc.TLS{CertFile: cert, KeyFile: key, CAFile: a.ca}
}

// freePort returns an endpoint on loopback that nobody listens on.
func freePort(t *testing.T) rpc.Endpoint {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return rpc.Endpoint{Network: rpc.NetworkTCP, Address: ln.Addr().String()}
}

// TestRoles: over TCP, a certificate may do what its role is for.
func TestRoles(t *testing.T) {
	t.Parallel()
	a, ep, dir := newAuthority(t), freePort(t), leasedtest.Dir(t)
	c := leasedtest.Read(t, dir, leasedtest.Floor)
	c.Listen = append(c.Listen, ep)
	c.TLS = a.files("leased.example.org")
	c.TLS.Roles = map[rpc.Role][]string{}
	for _, role := range rpc.Roles() {
		c.TLS.Roles[role] = []string{string(role) + ".example.org"}
	}
	leasedtest.Run(t, leased.Config{Leased: c, DataDir: dir})

	calls := map[string]func(context.Context, *grpc.ClientConn) error{
		"decide": func(ctx context.Context, conn *grpc.ClientConn) error {
			stream, err := leasedv1.NewDecisionServiceClient(conn).Decide(ctx)
			if err != nil {
				return err
			}
			q := leasedtest.Discover(guest)
			_ = stream.Send(&leasedv1.DecideRequest{ // Recv says why, if this fails
				Hello:   &leasedv1.Hello{Frontend: "gate", Links: []*leasedv1.Link{leasedtest.Eth1()}},
				Queries: []*leasedv1.Query{q},
			})
			_, err = stream.Recv()
			return err
		},
		"bulk": func(ctx context.Context, conn *grpc.ClientConn) error {
			stream, err := leasedv1.NewLeaseQueryServiceClient(conn).Bulk(ctx, &leasedv1.BulkRequest{})
			if err == nil {
				_, err = stream.Recv()
			}
			return err
		},
		"watch": func(ctx context.Context, conn *grpc.ClientConn) error {
			stream, err := leasedv1.NewEventServiceClient(conn).Watch(ctx, &leasedv1.WatchRequest{})
			if err == nil {
				_, err = stream.Recv()
			}
			return err
		},
		"list": func(ctx context.Context, conn *grpc.ClientConn) error {
			_, err := leasedv1.NewLeaseServiceClient(conn).List(ctx, &leasedv1.LeaseServiceListRequest{})
			return err
		},
		"explain": func(ctx context.Context, conn *grpc.ClientConn) error {
			_, err := leasedv1.NewExplainServiceClient(conn).Explain(ctx, &leasedv1.ExplainRequest{Hardware: guest, Link: "none"})
			return err
		},
		"release": func(ctx context.Context, conn *grpc.ClientConn) error {
			_, err := leasedv1.NewLeaseServiceClient(conn).Release(ctx, &leasedv1.ReleaseRequest{Address: "10.99.0.249"})
			return err
		},
		"add": func(ctx context.Context, conn *grpc.ClientConn) error {
			_, err := leasedv1.NewReservationServiceClient(conn).Add(ctx, &leasedv1.AddRequest{})
			return err
		},
	}
	may := map[rpc.Role][]string{
		rpc.Frontend: {"decide", "bulk"},
		rpc.Notifier: {"watch"},
		rpc.Reader:   {"watch", "list", "explain"},
		rpc.Operator: {"watch", "list", "explain", "release", "add"},
		"stranger":   nil,
	}
	for role, allowed := range may {
		conn, err := rpc.Dial(ep, a.files(string(role)+".example.org"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		for name, call := range calls {
			ctx, cancel := context.WithCancel(leasedtest.Context(t))
			err := call(ctx, conn)
			cancel()
			want := slices.Contains(allowed, name)
			// A call that is let in may fail for its own reasons, but not for want of anything else.
			switch code := fault.CodeOf(err); {
			case want && err != nil && code != fault.NotFound && code != fault.Invalid:
				t.Errorf("%s may %s, and got %v", role, name, err)
			case !want && (code != fault.Denied || fault.ReasonOf(err) != rpc.ReasonRoleMissing):
				t.Errorf("%s must not %s, and got %v", role, name, err)
			}
		}
	}
}
