package rpc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"

	"rollcall/internal/fault"
	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
)

// authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{key: newKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// issue writes a new certificate for name, valid for 127.0.0.1 too, with its key and the authority into a new directory.
func (a *authority) issue(t *testing.T, name string) *rpc.TLS {
	t.Helper()
	dir := t.TempDir()
	files := &rpc.TLS{
		CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem"), CAFile: filepath.Join(dir, "ca.pem"),
	}
	a.issueTo(t, name, files)
	return files
}

// issueTo does the same to existing files.
func (a *authority) issueTo(t *testing.T, name string, files *rpc.TLS) {
	t.Helper()
	key := newKey(t)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"san." + name},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, files.CertFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	write(t, files.KeyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	write(t, files.CAFile, a.pem)
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// serveTLS serves on a free port and returns the endpoint and the server's files.
func serveTLS(t *testing.T, ca *authority, roles map[rpc.Role][]string) (rpc.Endpoint, *rpc.TLS) {
	t.Helper()
	files := ca.issue(t, "leased.example.org")
	files.Roles = roles
	freePort := rpc.Endpoint{Network: rpc.NetworkTCP, Address: "127.0.0.1:0"}
	s, _ := run(t, rpc.ServerConfig{Listen: []rpc.Endpoint{freePort, socket(t)}, TLS: files}, &leased{})
	return rpc.Endpoint{Network: rpc.NetworkTCP, Address: s.Addrs()[0].String()}, files
}

func release(t *testing.T, conn *grpc.ClientConn) error {
	t.Helper()
	_, err := leasedv1.NewLeaseServiceClient(conn).Release(t.Context(), &leasedv1.ReleaseRequest{})
	return err
}

func health(t *testing.T, conn *grpc.ClientConn) error {
	t.Helper()
	_, err := healthv1.NewHealthClient(conn).Check(t.Context(), &healthv1.HealthCheckRequest{})
	return err
}

func TestRoles(t *testing.T) {
	ca := newAuthority(t)
	ep, _ := serveTLS(t, ca, map[rpc.Role][]string{
		rpc.Reader: {"console", "san.byname"}, rpc.Operator: {"admin"}, rpc.Notifier: {"hooks"},
	})
	for _, c := range []struct {
		name                 string
		get, release, health bool
	}{
		{"console", true, false, true},
		{"byname", true, false, true}, // its subject alternative name has the role
		{"admin", true, true, true},
		{"hooks", false, false, true},
		{"stranger", false, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := dial(t, ep, ca.issue(t, c.name))
			for call, got := range map[string]struct {
				err  error
				want bool
			}{
				"get": {get(t.Context(), conn), c.get}, "release": {release(t, conn), c.release}, "health": {health(t, conn), c.health},
			} {
				switch {
				case got.want && got.err != nil:
					t.Errorf("%s: %v", call, got.err)
				case !got.want && (fault.CodeOf(got.err) != fault.Denied || fault.ReasonOf(got.err) != rpc.ReasonRoleMissing):
					t.Errorf("%s: %v, want it denied", call, got.err)
				}
			}
		})
	}
}

func TestStrangersGetNoConnection(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	ep, _ := serveTLS(t, ca, map[rpc.Role][]string{rpc.Operator: {"admin"}})

	foreign := other.issue(t, "admin")
	write(t, foreign.CAFile, ca.pem) // it trusts the server, but the server does not trust it
	suspicious := ca.issue(t, "admin")
	write(t, suspicious.CAFile, other.pem) // the other way round
	for name, files := range map[string]*rpc.TLS{"foreign": foreign, "suspicious": suspicious} {
		err := get(t.Context(), dial(t, ep, files))
		if fault.ReasonOf(err) != rpc.ReasonUnreachable || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s certificate: %v", name, err)
		}
	}

	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	conn, err := tls.Dial("tcp", ep.Address, &tls.Config{RootCAs: roots, NextProtos: []string{"h2"}})
	if err == nil { // TLS 1.3 tells a client without a certificate only when it reads
		defer conn.Close()
		_, err = conn.Read(make([]byte, 1))
	}
	if err == nil {
		t.Error("a client without a certificate is talked to")
	}

	plain, err := net.Dial("tcp", ep.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if _, err := plain.Write([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 9)
	if n, _ := plain.Read(answer); n == 9 && answer[3] == 4 {
		t.Error("HTTP/2 in the clear got a settings frame")
	}
}

// TestRotation replaces everything on both sides, step by step, while the server runs.
func TestRotation(t *testing.T) {
	old, next := newAuthority(t), newAuthority(t)
	ep, server := serveTLS(t, old, map[rpc.Role][]string{rpc.Operator: {"admin"}})
	client := old.issue(t, "admin")
	conn := dial(t, ep, client)
	if err := get(t.Context(), conn); err != nil {
		t.Fatal(err)
	}

	// Rotation takes effect within a second of writing the files, on new connections.
	eventually := func(what string, files *rpc.TLS, ok bool) {
		t.Helper()
		for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(100 * time.Millisecond) {
			fresh, err := rpc.Dial(ep, files)
			if err != nil {
				t.Fatal(err)
			}
			err = get(t.Context(), fresh)
			fresh.Close()
			if (err == nil) == ok {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: %v", what, err)
			}
		}
	}
	newClient := next.issue(t, "admin")
	write(t, newClient.CAFile, append(append([]byte{}, old.pem...), next.pem...))
	write(t, server.CAFile, append(append([]byte{}, old.pem...), next.pem...))
	eventually("the new client once the server trusts both authorities", newClient, true)

	write(t, server.KeyFile, []byte("half a rotation"))
	eventually("files that do not fit leave the old ones in force", client, true)

	next.issueTo(t, "leased.example.org", server)
	eventually("the old client once its authority is gone", client, false)
	eventually("the new client with only the new authority", newClient, true)

	if err := get(t.Context(), conn); err != nil {
		t.Errorf("the connection from before the rotation broke: %v", err)
	}
}

// TestClientReadsItsFilesAgain is about a connection that outlives its certificate.
func TestClientReadsItsFilesAgain(t *testing.T) {
	old, next := newAuthority(t), newAuthority(t)
	ep, _ := serveTLS(t, next, map[rpc.Role][]string{rpc.Operator: {"admin"}})
	files := old.issue(t, "admin")
	conn := dial(t, ep, files)
	if err := get(t.Context(), conn); fault.ReasonOf(err) != rpc.ReasonUnreachable {
		t.Fatalf("with the old files: %v", err)
	}
	next.issueTo(t, "admin", files)
	if err := get(t.Context(), conn, grpc.WaitForReady(true)); err != nil {
		t.Errorf("with the new files: %v", err)
	}
}
