package rpc

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc/credentials"
)

// TLS is the mutual TLS of a TCP endpoint. All files are PEM.
type TLS struct {
	// CertFile and KeyFile are what this side shows; the chain goes into CertFile, leaf first.
	CertFile, KeyFile string
	// CAFile has the authorities that the other side's certificate must come from.
	CAFile string
	// Roles lists, for each role, the certificate names that have it. Only servers look at it.
	Roles map[Role][]string
}

// restat is how often, at most, the files are looked at. Handshakes in between use what is loaded.
const restat = time.Second

// keyring has the current content of the files of a TLS.
type keyring struct {
	files TLS
	warn  func(error) // told of files that changed but cannot be used

	mu      sync.Mutex // guards what follows
	looked  time.Time
	stamps  [3]stamp // of CertFile, KeyFile, CAFile when they were last read
	cert    tls.Certificate
	cas     *x509.CertPool
	problem error // why the files that are there now are not in use; nil if they are
}

// stamp tells two states of a file apart; replacing a file by renaming changes at least one of its parts.
type stamp struct {
	mtime time.Time
	size  int64
}

// newKeyring loads the files; unlike later reloads the first load must succeed.
func newKeyring(files TLS, warn func(error)) (*keyring, error) {
	k := &keyring{files: files, warn: warn}
	if k.refresh(); k.problem != nil {
		return nil, k.problem
	}
	return k, nil
}

// refresh reads the files again if they have changed. The caller holds mu or is the only user.
func (k *keyring) refresh() {
	if now := time.Now(); now.Sub(k.looked) < restat {
		return
	} else {
		k.looked = now
	}
	stamps, err := k.stat()
	if err == nil && stamps == k.stamps {
		return // also when the change was refused: the same files would be refused again
	}
	if err == nil {
		err = k.read()
		k.stamps = stamps
	}
	if err != nil && (k.problem == nil || k.problem.Error() != err.Error()) {
		k.warn(err)
	}
	k.problem = err
}

func (k *keyring) stat() (stamps [3]stamp, err error) {
	for i, path := range []string{k.files.CertFile, k.files.KeyFile, k.files.CAFile} {
		info, err := os.Stat(path)
		if err != nil {
			return stamps, fmt.Errorf("read TLS file: %w", err)
		}
		stamps[i] = stamp{info.ModTime(), info.Size()}
	}
	return stamps, nil
}

// read loads all three files and replaces what is in use only if all are good.
func (k *keyring) read() error {
	cert, err := tls.LoadX509KeyPair(k.files.CertFile, k.files.KeyFile)
	if err != nil {
		return fmt.Errorf("load certificate %s with key %s: %w", k.files.CertFile, k.files.KeyFile, err)
	}
	pem, err := os.ReadFile(k.files.CAFile)
	if err != nil {
		return fmt.Errorf("read authorities: %w", err)
	}
	cas := x509.NewCertPool()
	if !cas.AppendCertsFromPEM(pem) {
		return fmt.Errorf("read authorities: %s has no certificate in PEM", k.files.CAFile)
	}
	k.cert, k.cas = cert, cas
	return nil
}

// server returns credentials that accept only clients with a certificate from the current authorities.
func (k *keyring) server() credentials.TransportCredentials {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.refresh()
	return credentials.NewTLS(&tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{k.cert},
		ClientAuth:             tls.RequireAndVerifyClientCert,
		ClientCAs:              k.cas,
		SessionTicketsDisabled: true, // a resumed session would outlive the authority that vouched for it
	})
}

// client returns credentials for one handshake with a server, and the reason, if any, why they are not those on disk.
func (k *keyring) client() (credentials.TransportCredentials, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.refresh()
	return credentials.NewTLS(&tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{k.cert},
		RootCAs:      k.cas,
	}), k.problem
}

// errNoTLS is returned for a TCP endpoint without certificates.
var errNoTLS = errors.New("tcp needs mutual TLS; configure tls with cert, key and ca, or use a unix socket")
