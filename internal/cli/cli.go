package cli

import (
	"context"
	"io"
	"strings"
	"time"
)

// Env is what a run touches of the world outside it. Every field is required.
type Env struct {
	// Args are the arguments after the program's name.
	Args []string
	// Stdin is read by `reservation import -`.
	Stdin io.Reader
	// Stdout receives results, Stderr everything else.
	Stdout, Stderr io.Writer
	// Getenv returns a variable of the environment, "" where it is not set.
	Getenv func(string) string
	// Now returns the time now; its location is the zone of the tables.
	Now func() time.Time
}

// app is one run of the program.
type app struct {
	Env
	global globals
	// started is whether arguments and flags were in order and the verb itself began. An error before that is wrong use.
	started bool
}

// Run does what the arguments say and returns the exit status, see the package comment. It returns soon after ctx ends:
// a service process ends in its written order, any other verb drops its call.
func Run(ctx context.Context, env Env) int {
	a := &app{Env: env}
	root := a.root()
	// Not the slice itself: cobra takes nil for "look at os.Args".
	root.SetArgs(append([]string{}, env.Args...))
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	if !a.started && exitOf(err) == exitFailed {
		path := "rollcall"
		if cmd != nil {
			path = cmd.CommandPath()
		}
		err = &usageError{text: strings.TrimSpace(err.Error()) + "; see `" + path + " --help`"}
	}
	report(env.Stderr, err)
	return exitOf(err)
}
