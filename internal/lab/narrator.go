package lab

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// titleWidth is the width of the column that names a step.
const titleWidth = 11

// narrator writes the story: when, what it is about, what happened. It may be used
// from several goroutines.
type narrator struct {
	out    io.Writer
	begin  time.Time
	colour bool

	mu   sync.Mutex
	last string // title of the line before
}

func newNarrator(out io.Writer) *narrator {
	return &narrator{out: out, begin: time.Now(), colour: isTerminal(out) && os.Getenv("NO_COLOR") == ""}
}

// isTerminal reports whether w is one.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// say tells of an event. The title is left out where it is that of the line before.
func (n *narrator) say(title, format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	shown := title
	if title == n.last {
		shown = ""
	}
	n.last = title
	fmt.Fprintf(n.out, "%s  %s  %s\n",
		n.paint("2", fmt.Sprintf("%6.1fs", time.Since(n.begin).Seconds())),
		n.paint("1", fmt.Sprintf("%-*s", titleWidth, shown)),
		fmt.Sprintf(format, args...))
}

// text writes lines as they are, after an empty one. The next line has its title.
func (n *narrator) text(lines ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last = ""
	fmt.Fprintf(n.out, "\n%s\n", strings.Join(lines, "\n"))
}

// paint wraps s in an ANSI attribute, on a terminal.
func (n *narrator) paint(attribute, s string) string {
	if !n.colour {
		return s
	}
	return "\x1b[" + attribute + "m" + s + "\x1b[0m"
}
