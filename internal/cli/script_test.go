package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"rollcall/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"rollcall": func() {
			os.Exit(cli.Run(context.Background(), cli.Env{
				Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv,
				Now: func() time.Time { return noon },
			}))
		},
	})
}

// TestScripts runs the verbs as a user would, against services that know a few fixed things, and compares every byte of what
// they write. With UPDATE=1 in the environment it rewrites what the scripts expect.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("ROLLCALL_LEASED", serveLeased(t, env.WorkDir))
			env.Setenv("BROKEN_LEASED", serveBroken(t, env.WorkDir))
			env.Setenv("ROLLCALL_WEBHOOKD", serveWebhookd(t, env.WorkDir))
			captures, err := filepath.Abs("testdata/captures")
			if err != nil {
				return err
			}
			env.Setenv("CAPTURES", captures)
			env.Setenv("ROLLCALL_CONFIG", filepath.Join(env.WorkDir, "rollcall.yaml")) // most scripts have none
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"status": inProcess, "run": asProgram},
	})
}

// inProcess runs a verb in this process, which is quick, and demands its exit status: status 3 lease get 10.0.0.1
func inProcess(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: status N ARGS...")
	}
	got := cli.Run(context.Background(), cli.Env{
		Args: args[1:], Stdin: strings.NewReader(""), Stdout: ts.Stdout(), Stderr: ts.Stderr(), Getenv: ts.Getenv,
		Now: func() time.Time { return noon },
	})
	if want := args[0]; strconv.Itoa(got) != want {
		ts.Fatalf("rollcall %q: got exit status %d, want %s", args[1:], got, want)
	}
}

// asProgram is inProcess for verbs that read the files of a script, which need a directory of their own to be in.
func asProgram(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: run N ARGS...")
	}
	want := args[0]
	err := ts.Exec("rollcall", args[1:]...)
	got := "0"
	if err != nil {
		got = err.Error()
	}
	if got != want && got != "exit status "+want {
		ts.Fatalf("rollcall %q: got %s, want exit status %s", args[1:], got, want)
	}
}
