package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"rollcall/internal/lab"
)

// Where rollcall tells of itself, in the namespace of the server.
const (
	upHTTP     = "http://127.0.0.1:8067"
	leasedHTTP = "http://127.0.0.1:8069"
)

// ready waits until a process of rollcall says that it is ready.
func (b *bench) ready(ctx context.Context, s *server, url string) error {
	client := b.wire.Server.HTTPClient()
	return lab.Wait(ctx, "readiness of "+s.proc.Name, startLimit, func(ctx context.Context) (bool, error) {
		if err := s.alive(); err != nil {
			return true, err
		}
		_, err := fetch(ctx, client, url+"/readyz")
		return err == nil, err
	})
}

// metric returns a number that a process of rollcall tells.
func (b *bench) metric(ctx context.Context, url, name string) (int, error) {
	page, err := fetch(ctx, b.wire.Server.HTTPClient(), url+"/metrics")
	if err != nil {
		return 0, err
	}
	n, err := number(page, name)
	return int(n), err
}

// number finds a number without labels in a page of metrics.
func number(page, name string) (float64, error) {
	for line := range strings.Lines(page) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+" "); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, errors.New("there is no metric " + name)
}

// fetch returns a page.
func fetch(ctx context.Context, client *http.Client, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s says %s", url, resp.Status)
	}
	return string(page), nil
}
