package cli

import (
	"context"

	"rollcall/internal/config"
)

// service is one service as the process sees it.
type service struct {
	name string
	// run runs it until ctx ends.
	run func(ctx context.Context) error
	// ready is closed once it listens.
	ready <-chan struct{}
	// reload puts its section of a configuration in force, or keeps the old one and says why.
	reload func(*config.Config) error
}
