// Command rollcall is a DHCPv4 and network boot server: its services and the verbs that steer them, see `rollcall --help` and
// package internal/cli.
package main

import (
	"context"
	"os"
	"time"

	"rollcall/internal/cli"
	"rollcall/internal/daemon"
)

func main() {
	ctx, stop := daemon.Signals(context.Background())
	status := cli.Run(ctx, cli.Env{
		Args:   os.Args[1:],
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Getenv: os.Getenv,
		Now:    time.Now,
	})
	stop()
	os.Exit(status)
}
