package lookup

import (
	"bytes"
	"context"
	"io"
	"path"
	"strings"

	"rollcall/frontend/assets/refusal"
	"rollcall/frontend/assets/script"
	"rollcall/internal/obs"
	leasedv1 "rollcall/proto/leased/v1"
)

const (
	ipxe = ".ipxe"
	// fallback is the template of every script of its directory that has none of its own.
	fallback = "default" + ipxe + script.Extension
)

var away = &Refused{Reason: refusal.Leased, Detail: "leased does not answer"}

// own returns the script that always has this path, if there is one.
func (l *Lookup) own(ctx context.Context, a Ask) (c Content, why *Refused, is bool) {
	switch a.Path {
	case script.LocalPath:
		l.metrics.scripts[local].Inc()
		return Script(script.Local(), leasedv1.Fetch_PURPOSE_OWN_SCRIPT), nil, true
	case script.WhyPath:
		m, err := l.machine(ctx, a)
		if err != nil {
			return Content{}, away, true
		}
		l.metrics.scripts[whyNot].Inc()
		return Script(script.Why(m), leasedv1.Fetch_PURPOSE_OWN_SCRIPT), nil, true
	}
	return Content{}, nil, false
}

// rendered returns the script of this path for the machine that asks, for which there is no file: from its own template, then for the
// automatic script from what leased tells, then from the template for all of the directory.
func (l *Lookup) rendered(ctx context.Context, a Ask) (Content, *Refused) {
	dir, name := path.Split(a.Path)
	c, why := l.template(ctx, a, a.Path+script.Extension)
	if why == nil || why.Reason != refusal.NotFound {
		return c, why
	}
	if name == script.Autoexec {
		return l.autoexec(ctx, a)
	}
	return l.template(ctx, a, dir+fallback)
}

// template renders the template at that path.
func (l *Lookup) template(ctx context.Context, a Ask, name string) (Content, *Refused) {
	file, why := l.file(ctx, name)
	if why != nil {
		return Content{}, why
	}
	defer file.Close()
	if file.Size > script.MaxSource {
		return Content{}, &Refused{Reason: refusal.TooLarge, Detail: name + " is too large for a template"}
	}
	source, err := io.ReadAll(io.NewSectionReader(file.Body, 0, file.Size))
	if err != nil {
		l.warn(ctx, "cannot read a template", obs.KeyPath, name, obs.KeyErr, err)
		return Content{}, &Refused{Reason: refusal.Unreadable, Detail: err.Error()}
	}
	m, err := l.machine(ctx, a)
	if err != nil {
		return Content{}, away
	}
	text, err := script.Render(name, string(source), m)
	if err != nil {
		l.metrics.scripts[broken].Inc()
		l.warn(ctx, "a template is wrong, and the machine was told so", obs.KeyPath, name, obs.KeyAddress, a.Client.String(),
			obs.KeyCHAddr, m.MAC, obs.KeyErr, err)
		return Script(script.Failed(err, m), leasedv1.Fetch_PURPOSE_OWN_SCRIPT), nil
	}
	l.metrics.scripts[template].Inc()
	return Script(text, leasedv1.Fetch_PURPOSE_SCRIPT), nil
}

// autoexec returns the script that iPXE looks for before anything else, which goes on to what leased would tell it. It is no sign of
// progress: only what comes of it is. A machine that leased knows nothing for is told that there is no file, and iPXE goes on.
func (l *Lookup) autoexec(ctx context.Context, a Ask) (Content, *Refused) {
	m, err := l.machine(ctx, a)
	switch {
	case err != nil:
		return Content{}, away
	case m.Script != "" && path.Base(m.Script) != script.Autoexec: // which would be this one again, for ever
		l.metrics.scripts[autoexec].Inc()
		return Script(script.Chain(m), leasedv1.Fetch_PURPOSE_OWN_SCRIPT), nil
	case m.Reason != "":
		l.metrics.scripts[whyNot].Inc()
		return Script(script.Why(m), leasedv1.Fetch_PURPOSE_OWN_SCRIPT), nil
	}
	return Content{}, &Refused{Reason: refusal.NotFound}
}

// Script returns text that was made for a request.
func Script(text []byte, purpose leasedv1.Fetch_Purpose) Content {
	return Content{Body: bytes.NewReader(text), Size: int64(len(text)), Purpose: purpose}
}

func isTemplate(name string) bool { return strings.HasSuffix(name, ipxe+script.Extension) }
