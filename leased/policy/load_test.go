package policy_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/config"
	"rollcall/leased/engine"
	"rollcall/leased/policy"
)

// refused returns what Load says, with the names of files without their directory.
func refused(t *testing.T, cfg policy.Config) string {
	t.Helper()
	_, err := policy.Load(cfg)
	faults, ok := errors.AsType[*config.Errors](err)
	if !ok {
		t.Fatalf("Load: %v; want *config.Errors", err)
	}
	return strings.ReplaceAll(faults.Error(), filepath.Dir(cfg.Path)+"/", "")
}

func TestLoadRefuses(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"too few arguments": {"x = 1\n\ndef filter():\n    return True\n", `
rules.star:3:1: filter takes one argument, request, and this one takes none
    3 | def filter():
      | ^ def filter(request):
1 error`},
		"too many arguments": {"def reply(request, lease, reply, more):\n    pass\n", `
rules.star:1:1: reply takes three arguments, request, lease, reply, and this one takes 4
    1 | def reply(request, lease, reply, more):
      | ^ def reply(request, lease, reply):
1 error`},
		"an argument by name alone": {"def event(e, *, loud):\n    pass\n", `
rules.star:1:1: event is called without its argument loud, which has no default
    1 | def event(e, *, loud):
      | ^ def event(e):
1 error`},
		"no function": {"filter = True\n", `
rules.star:1:1: filter is the name of a hook, and this is a value of type bool
    1 | filter = True
      | ^ define it as def filter(request):
1 error`},
		"misspelt": {"def filters(request):\n    return True\n", `
rules.star:1:1: the file defines no hook; filters is none, did you mean "filter"?
    1 | def filters(request):
      | ^ def filter(request):
1 error`},
		"of staticDHCPd": {"def helper():\n    pass\n\ndef handleUnknownMAC(mac):\n    pass\n\ndef loadDHCPPacket(packet, method):\n    pass\n", `
rules.star:4:1: what staticDHCPd calls handleUnknownMAC is the hook unknown here, and takes other arguments
    4 | def handleUnknownMAC(mac):
      | ^ def unknown(request):
rules.star:7:1: what staticDHCPd calls loadDHCPPacket is the hook reply here, and takes other arguments
    7 | def loadDHCPPacket(packet, method):
      | ^ def reply(request, lease, reply):
2 errors`},
		"of staticDHCPd beside others": {"def event(e):\n    pass\n\ndef filterPacket(packet):\n    return True\n", `
rules.star:4:1: what staticDHCPd calls filterPacket is the hook filter here, and takes other arguments
    4 | def filterPacket(packet):
      | ^ def filter(request):
1 error`},
		"misspelt beside others": {"def reply(request, lease, reply):\n    pass\n\ndef fitler(request):\n    return True\n", `
rules.star:4:1: nobody calls fitler; did you mean the hook "filter"?
    4 | def fitler(request):
      | ^ def filter(request):
1 error`},
		"a filter that forgets to return": {"def filter(request):\n    if request.known:\n        return True\n", `
rules.star:1:1: filter can end without saying what it returns: that is None, which suspends the machine
    1 | def filter(request):
      | ^ return True to let the message go on, or None in so many words
1 error`},
		"a filter that returns nothing": {"def filter(request):\n    if request.known:\n        return\n    return True\n", `
rules.star:3:9: filter can end without saying what it returns: that is None, which suspends the machine
    3 |         return
      |         ^ return True to let the message go on, or None in so many words
1 error`},
		"attributes that are none": {`def reply(asked, lease, reply):
    if asked.vendorclass == "phone" and lease.renewals > 5:
        reply.lease_tme = 60
    reply.options["roters"] = asked.options["option-224"]
    reply.options["nonsense-here"] = None
`, `
rules.star:2:14: request has no attribute vendorclass
    2 |     if asked.vendorclass == "phone" and lease.renewals > 5:
      |              ^ did you mean asked.vendor_class?
rules.star:3:15: reply has no attribute lease_tme
    3 |         reply.lease_tme = 60
      |               ^ did you mean reply.lease_time?
rules.star:4:19: unknown option "roters"
    4 |     reply.options["roters"] = asked.options["option-224"]
      |                   ^ did you mean "routers"?
rules.star:5:19: unknown option "nonsense-here"
    5 |     reply.options["nonsense-here"] = None
      |                   ^ write its name as in the configuration, or its number
4 errors`},
		"no hook": {"racks = {}\n", `
rules.star:1:1: the file defines no hook
    1 | racks = {}
      | ^ define at least one of filter, unknown, choose, reply, event; what other files load need not be listed
1 error`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), refused(t, configure(t, files{"rules.star": tt.text}))); diff != "" {
				t.Errorf("Load says (-want +got):\n%s", diff)
			}
		})
	}
}

// All mistakes of all files are told at once, each with its place.
func TestLoadRefusesAtOnce(t *testing.T) {
	got := refused(t, configure(t, files{
		"1.star": "def filter(request):\n    return tru\n",
		"2.star": "def reply(request, lease, reply)\n    pass\n",
		"3.star": "def event(e):\n    pass\n",
	}))
	for _, want := range []string{"1.star:2:12: ", "2.star:1:33: ", "2 errors"} {
		if !strings.Contains(got, want) {
			t.Errorf("Load does not say %q:\n%s", want, got)
		}
	}
}

// A file that cannot be read is a mistake of the configuration.
func TestLoadMissingFile(t *testing.T) {
	cfg := configure(t, nil)
	yaml := "leased:\n  policy: {files: [missing.star]}\n"
	if err := os.WriteFile(cfg.Path, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg.Settings.Files = []string{filepath.Join(filepath.Dir(cfg.Path), "missing.star")}
	cfg.Settings.FilePos = []config.Pos{{Line: 2, Column: 20}}
	if got := refused(t, cfg); !strings.HasPrefix(got, "rollcall.yaml:2:20: missing.star") {
		t.Errorf("Load says\n%s", got)
	}
}

func TestLoadTakes(t *testing.T) {
	tests := map[string]struct {
		files files
		hooks int
	}{
		"defaults":                 {files{"a.star": "def filter(request, loud=False):\n    return True\n"}, 1},
		"any arguments":            {files{"a.star": "def reply(*args, **more):\n    pass\n"}, 1},
		"made by another":          {files{"a.star": "def make(x):\n    def f(request):\n        return x\n    return f\n\nfilter = make(True)\n"}, 1},
		"names of another meaning": {files{"a.star": "def event(e):\n    for e in [struct]:\n        x = [e.b for e in e.c]\n\ndef struct():\n    pass\n"}, 1},
		"tests alone":              {files{"a.star": "def event(e):\n    pass\n", "b.star": "def test_nothing():\n    pass\n"}, 1},
		"like a hook, but used":    {files{"a.star": "def events(e):\n    pass\n\ndef event(e):\n    events(e)\n"}, 1},
		"no more than like a hook": {files{"a.star": "def reply_to(e):\n    pass\n\ndef event(e):\n    pass\n"}, 1},
		"helper": {files{
			"a.star": "load('racks.star', 'racks')\n\ndef filter(request):\n    return request.mac in racks\n", "racks.star": "racks = {}\n",
		}, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if p := load(t, configure(t, tt.files)); p.Hooks() != tt.hooks {
				t.Errorf("%d hooks, want %d", p.Hooks(), tt.hooks)
			}
		})
	}
}

func TestStages(t *testing.T) {
	tests := map[string]struct {
		files files
		want  engine.Stages
	}{
		"filter":           {files{"a.star": "def filter(request):\n    return request.mac != ''\n"}, engine.StageFilter},
		"facts":            {files{"a.star": "def filter(request):\n    return request.known\n"}, engine.StageFilter | engine.StageFacts},
		"facts by name":    {files{"a.star": "def filter(request):\n    return getattr(request, 'kno' + 'wn')\n"}, engine.StageFilter | engine.StageFacts},
		"facts elsewhere":  {files{"a.star": "load('b.star', 'good')\n\ndef filter(request):\n    return good(request)\n", "b.star": "def good(r):\n    return 'x' in r.classes\n"}, engine.StageFilter | engine.StageFacts},
		"facts, no filter": {files{"a.star": "def reply(request, lease, reply):\n    return request.known\n"}, engine.StageReply},
		"unknown":          {files{"a.star": "def unknown(request):\n    pass\n"}, engine.StageUnknown},
		"choose":           {files{"a.star": "def choose(request, candidates):\n    pass\n"}, engine.StageChoose},
		"event":            {files{"a.star": "def event(e):\n    pass\n"}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := load(t, configure(t, tt.files)).Stages(); got != tt.want {
				t.Errorf("stages %05b, want %05b", got, tt.want)
			}
		})
	}
}
