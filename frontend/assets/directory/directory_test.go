package directory_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rollcall/frontend/assets/directory"
	"rollcall/frontend/assets/refusal"
)

const maxSize = 100

// tree makes a directory with something of every kind, beside a secret.
func tree(t *testing.T) string {
	t.Helper()
	top := t.TempDir()
	root := filepath.Join(top, "root")
	must(t, os.MkdirAll(filepath.Join(root, "sub", "deep"), 0o755))
	write := func(path, text string) { must(t, os.WriteFile(filepath.Join(top, path), []byte(text), 0o644)) }
	write("secret", "of others")
	write("root/file", "content")
	write("root/sub/file", "below")
	write("root/full", strings.Repeat("x", maxSize))
	write("root/large", strings.Repeat("x", maxSize+1))
	write("root/empty", "")
	for name, target := range map[string]string{
		"inside": "sub/file", "up": "../root/file", "out": "../secret", "absolute": filepath.Join(top, "secret"),
		"absolute-inside": filepath.Join(root, "file"), "dir-out": "..", "loop": "loop", "dangling": "nowhere", "device": "/dev/null",
		"sub/back": "../file", "sub/deep/out": "../../../secret",
	} {
		must(t, os.Symlink(target, filepath.Join(root, name)))
	}
	must(t, syscall.Mkfifo(filepath.Join(root, "pipe"), 0o644))
	return root
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpen(t *testing.T) {
	d, err := directory.Open(tree(t), maxSize)
	must(t, err)
	defer d.Close()
	for path, want := range map[string]string{
		"file": "content", "sub/file": "below", "inside": "below", "sub/back": "content", "empty": "", "full": strings.Repeat("x", maxSize),
	} {
		f, reason, err := d.Open(path)
		if reason != "" || err != nil {
			t.Errorf("%s: %q, %v", path, reason, err)
			continue
		}
		got, err := io.ReadAll(f)
		if string(got) != want || err != nil || f.Size != int64(len(want)) || f.Time.IsZero() {
			t.Errorf("%s: %q of %d octets, changed %v, %v", path, got, f.Size, f.Time, err)
		}
		f.Close()
	}
	for path, want := range map[string]refusal.Reason{
		"nothing": refusal.NotFound, "sub/nothing": refusal.NotFound, "nowhere/file": refusal.NotFound, "file/below": refusal.NotFound,
		"dangling": refusal.NotFound, strings.Repeat("x", 300): refusal.NotFound,
		"sub": refusal.Directory, "sub/deep": refusal.Directory, "pipe": refusal.Special, "large": refusal.TooLarge,
		"out": refusal.Outside, "absolute": refusal.Outside, "absolute-inside": refusal.Outside, "up": refusal.Outside,
		"dir-out/secret": refusal.Outside, "device": refusal.Outside, "sub/deep/out": refusal.Outside,
		"../secret": refusal.Outside, "/etc/passwd": refusal.Outside,
		"loop": refusal.Unreadable,
	} {
		f, reason, err := d.Open(path)
		if reason != want || (err != nil) != (want == refusal.Unreadable) {
			t.Errorf("%.40s: %q, %v; want %q", path, reason, err, want)
		}
		if reason == "" {
			f.Close()
		}
	}
}

// A directory that is replaced is seen when it is opened again; what was opened before can be read to the end.
func TestReplacedDirectory(t *testing.T) {
	root := tree(t)
	d, err := directory.Open(root, maxSize)
	must(t, err)
	f, _, err := d.Open("file")
	must(t, err)
	defer f.Close()
	must(t, os.Rename(root, root+".old"))
	must(t, os.Mkdir(root, 0o755))
	must(t, d.Close())
	if _, _, err := d.Open("file"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Open of a directory that was closed: %v", err)
	}
	if got, err := io.ReadAll(f); string(got) != "content" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	d, err = directory.Open(root, maxSize)
	must(t, err)
	defer d.Close()
	if _, reason, _ := d.Open("file"); reason != refusal.NotFound {
		t.Errorf("the new directory has the file of the old one: %q", reason)
	}
}

func TestNoDirectory(t *testing.T) {
	root := tree(t)
	for path, want := range map[string]string{"missing": "create it", "file": "not a directory"} {
		if _, err := directory.Open(filepath.Join(root, path), maxSize); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want what to do", path, err)
		}
	}
}
