package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

var errUsage = errors.New("wrong use")

// options are what the flags say.
type options struct {
	topics     []string // what to measure
	repeat     int
	run        time.Duration // of one load
	resolution int           // of clean rates, exchanges per second
	limit      time.Duration // after which no more is measured; 0 for none
	quick      bool
	plan       bool   // say what would be done, and end
	out        string // directory of the report; "" for none
	dir        string // where the directory for the servers' files is made
	rollcall   string // the binary
}

func parseFlags(args []string) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(os.Stderr)
	rows := f.String("rows", "", "what to measure, with commas between: "+strings.Join(topics(), ", ")+"; default: all")
	f.IntVar(&o.repeat, "repeat", 3, "how often it is measured, 1 or more; what takes long, less often")
	f.DurationVar(&o.run, "run", 5*time.Second, "how long one load lasts, in whole seconds")
	f.IntVar(&o.resolution, "resolution", 250, "how close to come to a clean rate, in exchanges per second")
	f.DurationVar(&o.limit, "limit", 0, "report what was measured by then, if it takes longer than that, such as 20m")
	f.BoolVar(&o.quick, "quick", false, "clean rates, overload, delay, processor time and what a policy costs, once, in some four minutes; write no report")
	f.BoolVar(&o.plan, "plan", false, "say what would be done and how long it takes, and do nothing")
	f.StringVar(&o.out, "out", "deploy/bench", "the `directory` that the report is written to; \"\" for none")
	f.StringVar(&o.dir, "dir", "/var/tmp", "the `directory`, on a real disk, for a directory with the servers' files")
	f.StringVar(&o.rollcall, "rollcall", "bin/rollcall", "the rollcall `binary`")
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil, err
	} else if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	if o.quick {
		o.repeat, o.run, o.resolution, o.out = 1, 4*time.Second, 500, ""
		*rows = "clean,overload,ack,cpu,policy"
	}
	if o.repeat < 1 || o.run < time.Second || o.run%time.Second != 0 || o.resolution < 10 || f.NArg() > 0 {
		return nil, fmt.Errorf("%w: -repeat is 1 or more, -run whole seconds, -resolution 10 or more, and there is nothing but flags", errUsage)
	}
	var err error
	if o.topics, err = choose(*rows); err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	if o.rollcall, err = filepath.Abs(o.rollcall); err != nil {
		return nil, err
	}
	return o, nil
}

// choose reads a list of topics; "" is all of them.
func choose(list string) ([]string, error) {
	if list == "" {
		return topics(), nil
	}
	chosen := strings.Split(list, ",")
	for _, name := range chosen {
		if !slices.Contains(topics(), name) {
			return nil, fmt.Errorf("there is no row %q; there are %s", name, strings.Join(topics(), ", "))
		}
	}
	return chosen, nil
}

// wants reports whether a topic is to be measured.
func (o *options) wants(topic string) bool { return slices.Contains(o.topics, topic) }

// check says what is missing to run.
func (o *options) check(uid int) error {
	if uid != 0 {
		return errors.New("the benchmark makes network namespaces, which only root may do: run it with sudo")
	}
	if _, err := os.Stat(o.rollcall); err != nil {
		return fmt.Errorf("there is no rollcall to measure: %w; `make build` makes it", err)
	}
	for _, need := range []struct{ program, pkg string }{{"perfdhcp", "kea-admin"}, {"kea-dhcp4", "kea-dhcp4-server"}, {"ip", "iproute2"}} {
		if _, err := exec.LookPath(need.program); err != nil {
			return fmt.Errorf("%s is missing: apt-get install --no-install-recommends %s", need.program, need.pkg)
		}
	}
	return nil
}
