package main

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestParseFlags(t *testing.T) {
	o, err := parseFlags([]string{"-rows", "clean,overload", "-repeat", "1", "-run", "10s"})
	if err != nil {
		t.Fatal(err)
	}
	if !o.wants("clean") || !o.wants("overload") || o.wants("ack") || o.repeat != 1 || o.run != 10*time.Second {
		t.Errorf("options are %+v", o)
	}
	if o, err = parseFlags(nil); err != nil || len(o.topics) != len(topics()) {
		t.Errorf("without flags: %+v, %v; want every topic", o, err)
	}
	for _, bad := range []string{"-rows nothing", "-repeat 0", "-run 1500ms", "-run 0s", "-resolution 0", "rest", "-unknown"} {
		if _, err := parseFlags(strings.Fields(bad)); !errors.Is(err, errUsage) {
			t.Errorf("%s: err = %v; want wrong use", bad, err)
		}
	}
}

func TestCheckWantsRoot(t *testing.T) {
	if err := (&options{rollcall: "/bin/sh"}).check(1000); err == nil {
		t.Error("a user who is not root may run the benchmark")
	}
}

// Every topic has a scenario, and every scenario a topic of the table.
func TestScenarios(t *testing.T) {
	for _, topic := range topics() {
		b := &bench{opt: &options{topics: []string{topic}, repeat: 3, run: time.Second}, say: io.Discard}
		if len(b.scenarios()) == 0 {
			t.Errorf("nothing measures %s", topic)
		}
		b.announce()
	}
	b := &bench{opt: &options{topics: topics()}}
	if n := len(b.scenarios()); n != len(all) {
		t.Errorf("all topics run %d of %d scenarios", n, len(all))
	}
}

func TestOneLine(t *testing.T) {
	if got := oneLine("a\n\tb  c"); got != "a b c" {
		t.Errorf("oneLine = %q", got)
	}
	if got := oneLine(strings.Repeat("x", 1000)); len([]rune(got)) != 301 {
		t.Errorf("a long text has %d characters", len([]rune(got)))
	}
}
