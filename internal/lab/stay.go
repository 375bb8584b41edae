package lab

import (
	"context"
	"path/filepath"
)

// stay says how to look around, tells of webhooks as they come, and returns when
// ctx ends.
func (l *lab) stay(ctx context.Context) {
	rollcall := l.executable + " -c " + l.dir.config()
	inside := func(h *Host, command string) string { return "  ip netns exec " + h.Namespace + " " + command }
	l.text(
		"The lab stays up. Look around from another terminal, as root:",
		"",
		"  "+rollcall+" lease list",
		"  "+rollcall+" event watch",
		"  "+rollcall+" explain --mac "+strangerHW.String(),
		"  "+rollcall+" delivery list",
		inside(l.stranger, "ip -4 addr show dev "+clientInterface),
		inside(l.bystander, "udhcpc -f -q -i "+clientInterface+" -s "+l.dir.file("udhcpc.sh")),
		"  tail -f "+filepath.Join(string(l.dir), "log", "*.log"),
		"",
		"Webhooks are shown as the desk gets them. Ctrl-C ends the lab and removes all of it.",
		"",
	)
	l.mu.Lock()
	l.live = true
	l.mu.Unlock()
	<-ctx.Done()
	l.say("end", "removing the lab")
}
