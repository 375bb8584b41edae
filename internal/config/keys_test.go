package config_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v4"

	"rollcall/internal/config"
	"rollcall/internal/option"
)

// deployed returns deploy/rollcall.yaml as it stands, and with the # removed from every setting that is commented out. Prose
// has a space behind the #.
func deployed(t *testing.T) (shipped, full []byte) {
	t.Helper()
	shipped, err := os.ReadFile("../../deploy/rollcall.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return shipped, regexp.MustCompile(`(?m)^( *)#([a-z-])`).ReplaceAll(shipped, []byte("$1$2"))
}

// TestDeployedFileMentionsEveryKey: whoever adds a key must explain it there, with an example that works.
func TestDeployedFileMentionsEveryKey(t *testing.T) {
	_, full := deployed(t)
	parse(t, string(full))
	var root yaml.Node
	if err := yaml.Unmarshal(full, &root); err != nil {
		t.Fatal(err)
	}
	mentioned := keysOf(root.Content[0], "")
	for _, key := range config.Keys() {
		if !slices.Contains(mentioned, key) {
			t.Errorf("deploy/rollcall.yaml does not mention %s", key)
		}
	}
}

// TestDeployedFileMentionsEveryType: an own definition can have any of them.
func TestDeployedFileMentionsEveryType(t *testing.T) {
	shipped, _ := deployed(t)
	for _, name := range option.TypeNames() {
		if !regexp.MustCompile(`# .*\b` + name + `\b`).Match(shipped) {
			t.Errorf("deploy/rollcall.yaml does not mention the type %s", name)
		}
	}
}

// TestDeployedDefaultsAreTheDefaults: removing the # changes nothing but the settings that are examples.
func TestDeployedDefaultsAreTheDefaults(t *testing.T) {
	shipped, full := deployed(t)
	examples := cmp.Options{
		cmpopts.IgnoreTypes(&config.TLS{}),
		cmpopts.IgnoreFields(config.Frontend{}, "Name", "PXEPort", "Assets"),
		cmpopts.IgnoreFields(config.Link{}, "VLANs", "Tags"),
		cmpopts.IgnoreTypes(config.Level{}),
		cmpopts.IgnoreFields(config.Leased{}, "SharedNetworks", "Classes", "Reservations", "Policy", "Lookup"),
		cmpopts.IgnoreFields(config.LeaseTimes{}, "From", "T1Given", "T2Given"),
		cmpopts.IgnoreFields(config.Subnet{}, "Links", "Classes", "ServerID"),
		cmpopts.IgnoreFields(config.Pool{}, "Name", "Exclude", "Classes"),
		cmpopts.IgnoreFields(config.Webhookd{}, "Endpoints"),
		cmpopts.EquateEmpty(),
	}
	if diff := cmp.Diff(parse(t, string(shipped)), parse(t, string(full)), ignorePlaces, examples); diff != "" {
		t.Errorf("settings that are not the default (-default +commented):\n%s", diff)
	}
}

// TestDeployedPolicyAndLookupShowTheDefaults: what is an example of them has no default.
func TestDeployedPolicyAndLookupShowTheDefaults(t *testing.T) {
	_, full := deployed(t)
	got := parse(t, string(full)).Leased
	want := parse(t, `
leased:
  policy: {files: policy/site.star}
  lookup: {url: "https://register.example.org/lookup"}
`).Leased
	if diff := cmp.Diff(want.Policy, got.Policy, ignorePlaces); diff != "" {
		t.Errorf("policy (-default +commented):\n%s", diff)
	}
	examples := cmpopts.IgnoreFields(config.Lookup{}, "Headers", "HeadersFile", "Fields")
	if diff := cmp.Diff(want.Lookup, got.Lookup, ignorePlaces, examples); diff != "" {
		t.Errorf("lookup (-default +commented):\n%s", diff)
	}
}

// keysOf lists the paths of all keys below a node in the form of config.Keys.
func keysOf(n *yaml.Node, path string) (keys []string) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := strings.TrimPrefix(path+"."+n.Content[i].Value, ".")
			keys = append(append(keys, key), keysOf(n.Content[i+1], key)...)
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			keys = append(keys, keysOf(item, path+"[]")...)
		}
	}
	return keys
}
