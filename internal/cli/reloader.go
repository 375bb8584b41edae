package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"
	"sync"

	"rollcall/internal/config"
	"rollcall/internal/daemon"
	"rollcall/internal/fault"
	"rollcall/internal/obs"
)

// reasonBadConfig is the reason of a reload of a file with faults.
const reasonBadConfig = "BAD_CONFIG"

// reloader puts a new configuration in force in every service of the process, or in none.
type reloader struct {
	path     string
	observe  func(config.Observe) string // picks the address at which the process is watched
	services []service
	level    *slog.LevelVar
	log      *slog.Logger

	mu      sync.Mutex     // held for a whole reload: they come one after the other
	current *config.Config // in force
}

// names are the services of the process.
func (r *reloader) names() []string {
	var names []string
	for _, s := range r.services {
		names = append(names, s.name)
	}
	return names
}

// reload reads the file and applies it. A faulty file, a change that needs a restart and a service that refuses leave the old
// configuration in force everywhere.
func (r *reloader) reload(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notify(daemon.StateReloading)
	defer r.notify(daemon.StateReady)
	err := r.apply()
	if err != nil {
		r.log.WarnContext(ctx, "kept the old configuration", obs.KeyPath, r.path, obs.KeyErr, err)
		return err
	}
	r.log.InfoContext(ctx, "took a new configuration", obs.KeyPath, r.path)
	return nil
}

func (r *reloader) apply() error {
	cfg, err := config.Load(r.path)
	if faults, ok := errors.AsType[*config.Errors](err); ok {
		return fault.New(fault.Precondition, reasonBadConfig, "%s", faults.Error())
	}
	if err != nil {
		return fault.New(fault.Precondition, reasonBadConfig, "%v", err)
	}
	if err := config.NeedsRestart(r.fixed(cfg)); err != nil {
		return err
	}
	var applies []func()
	for _, s := range r.services {
		apply, err := s.prepare(cfg)
		if err != nil {
			return refused(s.name, err)
		}
		applies = append(applies, apply)
	}
	for _, apply := range applies {
		apply()
	}
	r.current = cfg
	r.level.Set(levelOf(cfg.Log))
	return nil
}

// refused is a service's refusal as the caller sees it.
func refused(service string, err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if faults, ok := errors.AsType[*config.Errors](err); ok { // in files that the configuration names
		return fault.New(fault.Precondition, reasonBadConfig, "%s", faults.Error())
	}
	return fault.New(fault.Precondition, reasonBadConfig, "%s: %v; nothing was applied", service, err)
}

// notify tells systemd.
func (r *reloader) notify(state string) {
	if err := daemon.Notify(state); err != nil {
		r.log.Warn("systemd could not be told", obs.KeyErr, err)
	}
}

// fixed lists the settings of the process as a whole that a configuration changes and that can only change with a restart. Each
// service knows those of its own section.
func (r *reloader) fixed(cfg *config.Config) []string {
	var keys []string
	differ := func(key string, a, b any) {
		if !reflect.DeepEqual(a, b) {
			keys = append(keys, key)
		}
	}
	old, services := r.current, r.names()
	if len(services) > 1 || services[0] != serviceFrontend { // which has no data
		differ("data_dir", filepath.Clean(old.DataDir), filepath.Clean(cfg.DataDir))
	}
	differ("observe", r.observe(old.Observe), r.observe(cfg.Observe))
	differ("log.format", old.Log.Format, cfg.Log.Format)
	for _, s := range services {
		if !hasSection(cfg, s) {
			keys = append(keys, fmt.Sprintf("%s (its section is gone)", s))
		}
	}
	return keys
}

// levelOf returns the log level of a configuration.
func levelOf(l config.Log) slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.Level)); err != nil {
		return slog.LevelInfo // the configuration has refused other words
	}
	return level
}
