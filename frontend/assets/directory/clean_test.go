package directory_test

import (
	"path"
	"strings"
	"testing"

	"rollcall/frontend/assets/directory"
	"rollcall/frontend/assets/refusal"
)

func TestClean(t *testing.T) {
	for asked, want := range map[string]string{
		"ipxe.efi":                    "ipxe.efi",
		"/ipxe.efi":                   "ipxe.efi",
		"//boot///ipxe.efi":           "boot/ipxe.efi",
		`\EFI\Boot\bootx64.efi`:       "EFI/Boot/bootx64.efi",
		`boot\x64/wdsnbp.com`:         "boot/x64/wdsnbp.com",
		"./boot/./ipxe.efi":           "boot/ipxe.efi",
		"grub/x86_64-efi/../grub.cfg": "grub/grub.cfg",
		"/a/b/../../c":                "c",
		"pxelinux.0\xff":              "pxelinux.0",
		"with space/and ünicode":      "with space/and ünicode",
		"...":                         "...",
		"a/..b/c..":                   "a/..b/c..",
		strings.Repeat("x", 1024):     strings.Repeat("x", 1024),
	} {
		if got, reason := directory.Clean(asked); got != want || reason != "" {
			t.Errorf("Clean(%q) = %q, %q; want %q", asked, got, reason, want)
		}
	}
	for asked, want := range map[string]refusal.Reason{
		"":                           refusal.Directory,
		"/":                          refusal.Directory,
		`\\`:                         refusal.Directory,
		"a/..":                       refusal.Directory,
		"..":                         refusal.Outside,
		"../etc/passwd":              refusal.Outside,
		"/../etc/passwd":             refusal.Outside,
		`..\..\windows\win.ini`:      refusal.Outside,
		`a\..\..\x`:                  refusal.Outside,
		"a/../../a":                  refusal.Outside,
		"/./../x":                    refusal.Outside,
		"boot\x00.efi":               refusal.Malformed,
		"a/b\nc":                     refusal.Malformed,
		"a/\x7f":                     refusal.Malformed,
		strings.Repeat("x", 1025):    refusal.Malformed,
		strings.Repeat("../", 10000): refusal.Malformed,
	} {
		if got, reason := directory.Clean(asked); got != "" || reason != want {
			t.Errorf("Clean(%.40q) = %q, %q; want %q", asked, got, reason, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"/boot/ipxe.efi", `\..\x`, "a/../../b", "\x00", "...", "a//\xff", "\xff", "./.././", "a\\../b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, asked string) {
		got, reason := directory.Clean(asked)
		if (got == "") == (reason == "") {
			t.Fatalf("%q is %q and %q", asked, got, reason)
		}
		if reason != "" {
			return
		}
		if path.IsAbs(got) || path.Clean(got) != got || got == "." || got == ".." || strings.HasPrefix(got, "../") {
			t.Errorf("%q became %q, which is not below the directory", asked, got)
		}
		if strings.ContainsAny(got, "\x00\n\r\\") {
			t.Errorf("%q became %q", asked, got)
		}
		if again, _ := directory.Clean(got); again != got && !strings.HasSuffix(got, "\xff") {
			t.Errorf("%q became %q, and that %q", asked, got, again)
		}
	})
}
