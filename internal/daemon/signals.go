package daemon

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Signals returns a context that ends on SIGINT or SIGTERM, with a cause that names the signal. Then the signals have their
// default effect again, so a second one kills the process. stop does the same without a signal; call it at least once.
func Signals(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		select {
		case sig := <-ch:
			signal.Stop(ch) // first, so that whoever sees the end of ctx can already be killed
			cancel(fmt.Errorf("received %s", sig))
		case <-ctx.Done():
			signal.Stop(ch)
		}
	}()
	return ctx, func() { cancel(context.Canceled) }
}

// Reload calls f for each SIGHUP until ctx ends, one call at a time; signals that come during a call lead to one more. It blocks
// and returns nil, so it can be a [Task].
func Reload(ctx context.Context, f func()) error {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGHUP)
	defer signal.Stop(ch)
	for {
		select {
		case <-ch:
			f()
		case <-ctx.Done():
			return nil
		}
	}
}
