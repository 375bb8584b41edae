package config

import (
	"fmt"
	"net/url"
	"time"
)

// readWebhookd reads the section; leased is the section of that name in the same file, or nil.
func readWebhookd(v value, leased *Leased) *Webhookd {
	m := v.mapping()
	s := newSection("webhookd", m.get("tls"))
	w := &Webhookd{
		Leased: s.reach(m.get("leased"), leased),
		Listen: s.listen(m.get("listen"), defaultWebhookd),
		TLS:    s.tls,
	}
	first := map[string]Pos{}
	for _, item := range m.get("endpoints").items() {
		e := readWebhook(item, leased)
		if at, dup := first[e.Name]; dup && e.Name != "" {
			v.doc.addAt(e.Pos, "choose another name", "endpoint %s is given twice, first on line %d", e.Name, at.Line)
			continue
		}
		first[e.Name] = e.Pos
		w.Endpoints = append(w.Endpoints, e)
	}
	m.done()
	return w
}

func readWebhook(v value, leased *Leased) WebhookEndpoint {
	m := v.mapping()
	name, target, secrets := m.get("name"), m.get("url"), m.get("secret_file")
	e := WebhookEndpoint{
		Timeout: m.get("timeout").duration(10*time.Second, 100*time.Millisecond, 5*time.Minute),
		MaxAge:  m.get("max_age").duration(72*time.Hour, time.Second, 30*day),
		Pos:     name.pos,
	}
	if name.require("desk") {
		e.Name = read(name, "", parseName)
	}
	if target.require("https://register.example.org/hooks/dhcp") {
		e.URL = read(target, "", parseURL)
	}
	if secrets.require("/etc/rollcall/" + max(e.Name, "desk") + ".secret") {
		files := secrets.items()
		if len(files) == 0 && secrets.plain() {
			secrets.fail("name the file with the secret", "a delivery is signed, and there is no secret to sign it with")
		}
		for _, item := range files {
			e.SecretFiles = append(e.SecretFiles, item.path(""))
		}
	}
	for _, item := range m.get("events").items() {
		kind := read(item, "", parseEventKind)
		if kind == "lease.renewed" && leased != nil && !leased.Events.Renewed {
			item.doc.addAt(item.pos, "set leased.events.renewed: true, or remove it here", "lease.renewed never happens: leased does not write it")
		}
		if kind != "" {
			e.Events = append(e.Events, kind)
		}
	}
	m.done()
	return e
}

func parseURL(s string) (string, *problem) {
	const example = "write a URL such as https://register.example.org/hooks/dhcp"
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "", &problem{fmt.Sprintf("%q is not a URL", s), example}
	case u.Scheme != "http" && u.Scheme != "https":
		return "", &problem{fmt.Sprintf("%q is neither http nor https", s), example}
	case u.Hostname() == "":
		return "", &problem{fmt.Sprintf("%q names no host", s), example}
	case u.Fragment != "":
		return "", &problem{fmt.Sprintf("%q has a fragment, which is never sent", s), "remove #" + u.Fragment}
	}
	return s, nil
}
