package cli

import (
	"errors"
	"fmt"
	"io/fs"

	"rollcall/internal/config"
)

// unreadableError is a configuration file that cannot be read at all.
type unreadableError struct {
	path  string
	cause error
}

func (e *unreadableError) Error() string {
	if errors.Is(e.cause, fs.ErrNotExist) {
		return fmt.Sprintf("there is no configuration file %s; name one with -c or ROLLCALL_CONFIG", e.path)
	}
	return e.cause.Error()
}

func (e *unreadableError) Unwrap() error { return e.cause }

// load reads the configuration. The error is a *config.Errors or an *unreadableError.
func (a *app) load() (*config.Config, error) {
	cfg, err := config.Load(a.global.config)
	if _, ok := errors.AsType[*config.Errors](err); ok || err == nil {
		return cfg, err
	}
	return nil, &unreadableError{a.global.config, err}
}

// quietConfig loads the configuration for verbs that only want to know where the services are. The default file may be missing
// or, as the services may well run on in spite of it, faulty; then nil is returned. A file that was named must be good.
func (a *app) quietConfig() (*config.Config, error) {
	cfg, err := a.load()
	if err == nil || a.global.config != defaultConfig {
		return cfg, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(a.Stderr, "rollcall: %s cannot be used (`rollcall check` says why); trying the default sockets\n", defaultConfig)
	}
	return nil, nil
}
