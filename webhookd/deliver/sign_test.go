package deliver_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/webhookd/deliver"
)

// file writes a secret file and returns its path.
func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "desk.secret")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadSecrets(t *testing.T) {
	key := "0123456789abcdef01234567"
	got, err := deliver.LoadSecrets([]string{
		file(t, "whsec_"+base64.StdEncoding.EncodeToString([]byte(key))+"\n"),
		file(t, key+"\r\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range got {
		if string(s) != key {
			t.Errorf("secret %d = %q, want %q", i, s, key)
		}
	}
}

func TestLoadSecretsNamesTheFileAndTheRemedy(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"empty":      {" \n", "empty"},
		"short":      {"hunter2", "7 octets"},
		"long":       {strings.Repeat("x", 65), "65 octets"},
		"endless":    {strings.Repeat("x", 1<<20), "4096 octets"},
		"short key":  {"whsec_aHVudGVyMg==", "7 octets"},
		"no key":     {"whsec_", "0 octets"},
		"not base64": {"whsec_####", "not base64"},
	} {
		path := file(t, c.content)
		_, err := deliver.LoadSecrets([]string{path})
		if err == nil {
			t.Errorf("%s secret is taken", name)
			continue
		}
		for _, want := range []string{path, c.want, "openssl"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s secret: %v; want %q in it", name, err, want)
			}
		}
	}
	missing := filepath.Join(t.TempDir(), "gone.secret")
	if _, err := deliver.LoadSecrets([]string{missing}); err == nil || !strings.Contains(err.Error(), missing) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := deliver.LoadSecrets(nil); err == nil {
		t.Error("an endpoint without a secret is taken")
	}
}
