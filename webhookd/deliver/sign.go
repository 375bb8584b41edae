package deliver

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// The length of a secret in octets (Standard Webhooks 1.0, "Signature scheme").
const (
	minSecret = 24
	maxSecret = 64
)

const (
	secretPrefix = "whsec_"
	makeSecret   = `make one with: (printf whsec_; openssl rand -base64 32) > FILE`
)

// Secret is a key that deliveries are signed with.
type Secret []byte

// LoadSecrets reads one secret from each file. A file holds "whsec_" and the base64 of the key, or the key itself, which is then
// used as it stands even if it looks like base64; white space around it does not count. Its errors name the file and the remedy.
func LoadSecrets(files []string) ([]Secret, error) {
	if len(files) == 0 {
		return nil, errors.New("load secrets: no secret file is given; deliveries must be signed")
	}
	secrets := make([]Secret, 0, len(files))
	for _, file := range files {
		text, err := readSecret(file)
		if err != nil {
			return nil, fmt.Errorf("load secret: %w", err) // names the file
		}
		s, err := parseSecret(text)
		if err != nil {
			return nil, fmt.Errorf("load secret %s: %w", file, err)
		}
		secrets = append(secrets, s)
	}
	return secrets, nil
}

// readSecret reads no more than can be a secret, whatever the path turns out to be.
func readSecret(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 4096))
}

func parseSecret(text []byte) (Secret, error) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return nil, errors.New("the file is empty; " + makeSecret)
	}
	key := text
	if encoded, ok := bytes.CutPrefix(text, []byte(secretPrefix)); ok {
		var err error
		if key, err = base64.StdEncoding.DecodeString(string(encoded)); err != nil {
			return nil, fmt.Errorf("what follows %s is not base64 (%w); %s", secretPrefix, err, makeSecret)
		}
	}
	if len(key) < minSecret || len(key) > maxSecret {
		return nil, fmt.Errorf("the secret has %d octets, and Standard Webhooks wants %d to %d; %s", len(key), minSecret, maxSecret,
			makeSecret)
	}
	return Secret(key), nil
}

// sign returns the value of webhook-signature.
func sign(secrets []Secret, id string, at time.Time, body []byte) string {
	head := id + "." + strconv.FormatInt(at.Unix(), 10) + "."
	var header strings.Builder
	for i, s := range secrets {
		if i > 0 {
			header.WriteByte(' ')
		}
		mac := hmac.New(sha256.New, s)
		io.WriteString(mac, head) // a hash never fails
		mac.Write(body)
		header.WriteString("v1,")
		header.WriteString(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return header.String()
}
