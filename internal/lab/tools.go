package lab

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// tool is a program that the lab runs, and the Debian package that has it.
type tool struct{ program, pkg string }

var tools = []tool{
	{"dhclient", "isc-dhcp-client"},
	{"udhcpc", "udhcpc"},
	{"ip", "iproute2"},
}

// check says what the machine lacks to run the lab. find is [exec.LookPath].
func check(uid int, find func(string) (string, error)) error {
	if uid != 0 {
		return errors.New("the lab creates network namespaces, which only root may do: run it with sudo")
	}
	var missing, pkgs []string
	for _, t := range tools {
		if _, err := find(t.program); err != nil {
			missing = append(missing, t.program)
			pkgs = append(pkgs, t.pkg)
		}
	}
	if missing == nil {
		return nil
	}
	return fmt.Errorf("the lab needs %s: apt-get install -y --no-install-recommends %s",
		strings.Join(missing, ", "), strings.Join(pkgs, " "))
}

// systemPath adds the directories of system programs to PATH, where root's tools
// are but a shell may not look.
func systemPath() error {
	dirs := strings.Split(os.Getenv("PATH"), ":")
	for _, d := range []string{"/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"} {
		if !slices.Contains(dirs, d) {
			dirs = append(dirs, d)
		}
	}
	return os.Setenv("PATH", strings.Join(dirs, ":"))
}
