package perfdhcp

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"rollcall/internal/lab"
)

// rcvbufErrors returns how many UDP datagrams were dropped in a host's namespace, ever, because the socket they were for was full.
func rcvbufErrors(host *lab.Host) (n int64, err error) {
	err = host.Do(func() error {
		// Of the thread: the process itself is in another namespace.
		text, err := os.ReadFile("/proc/thread-self/net/snmp")
		if err != nil {
			return err
		}
		n, err = udpCounter(string(text), "RcvbufErrors")
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the counters of UDP: %w", err)
	}
	return n, nil
}

// udpCounter finds a counter in the text of /proc/net/snmp: pairs of lines, the first with names and the second with numbers.
func udpCounter(text, name string) (int64, error) {
	var names []string
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] != "Udp:" {
			continue
		}
		if names == nil {
			names = fields
			continue
		}
		if i := slices.Index(names, name); i > 0 && i < len(fields) {
			return count(fields[i])
		}
	}
	return 0, errors.New("there is no " + name)
}
