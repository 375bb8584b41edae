package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"rollcall/internal/bench/report"
)

// facts are what a reader must know to compare the figures with others.
func (b *bench) facts(ctx context.Context) ([]report.Fact, error) {
	cpu, err := colonLine("/proc/cpuinfo", "model name")
	if err != nil {
		return nil, err
	}
	memory, err := colonLine("/proc/meminfo", "MemTotal")
	if err != nil {
		return nil, err
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(b.dir, &fs); err != nil {
		return nil, fmt.Errorf("look at the file system of %s: %w", b.dir, err)
	}
	kernel, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return nil, err
	}
	facts := []report.Fact{
		{Name: "date", Value: b.began.UTC().Format("2006-01-02 15:04 MST")},
		{Name: "machine", Value: fmt.Sprintf("%s, %d cores, %s; the load generator has the same cores", cpu, runtime.NumCPU(), memory)},
		{Name: "kernel", Value: "Linux " + strings.TrimSpace(string(kernel))},
		{Name: "file system of the leases", Value: fileSystem(int64(fs.Type))},
	}
	for _, of := range []struct {
		name string
		args []string
	}{
		{"rollcall", []string{b.opt.rollcall, "version"}},
		{"Kea", []string{"kea-dhcp4", "-v"}},
		{"perfdhcp", []string{"perfdhcp", "-v"}},
	} {
		out, err := exec.CommandContext(ctx, of.args[0], of.args[1:]...).CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %s", strings.Join(of.args, " "), err, strings.TrimSpace(string(out)))
		}
		facts = append(facts, report.Fact{Name: of.name, Value: strings.Join(strings.Fields(string(out)), " ")})
	}
	return append(facts,
		report.Fact{Name: "Go", Value: runtime.Version()},
		report.Fact{Name: "repetitions", Value: fmt.Sprintf("at most %d, of %v for each load, in %v", b.opt.repeat, b.opt.run, time.Since(b.began).Round(time.Second))},
		report.Fact{Name: "lost at the generator's own socket in clean runs", Value: fmt.Sprintf("%d answers", b.lost)},
	), nil
}

// colonLine returns what stands behind the colon of the first line with a name.
func colonLine(path, name string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value), nil
		}
	}
	return "unknown", nil // not every architecture says all of it
}

// fileSystem names the kinds that matter: what is in memory has nothing to sync.
func fileSystem(magic int64) string {
	switch magic {
	case unix.EXT4_SUPER_MAGIC:
		return "ext4"
	case unix.XFS_SUPER_MAGIC:
		return "xfs"
	case unix.BTRFS_SUPER_MAGIC:
		return "btrfs"
	case unix.OVERLAYFS_SUPER_MAGIC:
		return "overlayfs"
	case unix.TMPFS_MAGIC:
		return "tmpfs: IN MEMORY, a sync costs nothing; choose another with -dir"
	default:
		return fmt.Sprintf("type %#x of statfs(2)", magic)
	}
}
