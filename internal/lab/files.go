package lab

import (
	"bytes"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
	"time"
)

//go:embed files
var embedded embed.FS

// directory is the temporary directory of a lab.
type directory string

func (d directory) config() string         { return filepath.Join(string(d), "rollcall.yaml") }
func (d directory) leased() string         { return filepath.Join(string(d), "leased.sock") }
func (d directory) file(n string) string   { return filepath.Join(string(d), n) }
func (d directory) log(name string) string { return filepath.Join(string(d), "log", name+".log") }

// settings are what the configuration of the lab does not share with the
// documented example.
type settings struct {
	Dir        directory
	Interface  string
	GuestTime  time.Duration // of a lease in the lobby
	Registered string        // hardware address
	Desk       string        // host:port

	FrontendHTTP, LeasedHTTP, WebhookdHTTP string
}

// prepare writes everything that the programs of the lab read, and returns the
// secret of the webhooks.
func prepare(s settings) (secret string, err error) {
	for _, sub := range []string{"data", "log"} {
		if err := os.Mkdir(s.Dir.file(sub), 0o700); err != nil {
			return "", err
		}
	}
	key := make([]byte, 32)
	rand.Read(key) // never fails
	secret = "whsec_" + base64.StdEncoding.EncodeToString(key)
	if err := os.WriteFile(s.Dir.file("desk.secret"), []byte(secret+"\n"), 0o600); err != nil {
		return "", err
	}
	for name, mode := range map[string]os.FileMode{"dhclient.conf": 0o600, "dhclient.sh": 0o700, "udhcpc.sh": 0o700} {
		b, err := embedded.ReadFile("files/" + name)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(s.Dir.file(name), b, mode); err != nil {
			return "", err
		}
	}
	t, err := template.ParseFS(embedded, "files/rollcall.yaml")
	if err != nil {
		return "", fmt.Errorf("parse configuration template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, s); err != nil {
		return "", fmt.Errorf("fill configuration template: %w", err)
	}
	return secret, os.WriteFile(s.Dir.config(), b.Bytes(), 0o600)
}
