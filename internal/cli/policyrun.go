package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"rollcall/internal/cli/recorded"
)

func (a *app) policyRunVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run [FILE...] --pcap CAPTURE",
		Short: "Show what a policy would do to recorded traffic",
		Long: `Show what a policy would do to recorded traffic: each message of a client in a capture (pcap or pcapng, as tcpdump and Wireshark
write them) is decided, at its time, by the rules of the configuration and the policy. Nothing is sent, no address is probed, no registration
system is asked, and no lease is known at the beginning: a client that renews what another server gave it gets the answer of a server
that has lost its leases.

Without FILE the files are those of the configuration. Without a configuration, subnets are made up of what the capture shows. Servers that
the capture shows count as this one, so that clients that chose them are answered; --address says otherwise.

The exit status is 1 where a hook failed.`,
		Example: `  tcpdump -i eth1 -w morning.pcap 'udp port 67 or udp port 68 or udp port 4011'
  rollcall policy run --pcap morning.pcap -c rollcall.yaml
  rollcall policy run phones.star --pcap morning.pcap --changed
  rollcall policy run phones.star --pcap morning.pcap -v --mac 52:54:00:12:34:56`,
		Args: cobra.ArbitraryArgs,
	}
	completeFiles(cmd, "star")
	fl := cmd.Flags()
	path := fl.String("pcap", "", "play the messages of the capture `FILE`; - for standard input")
	link := fl.String("link", "", "they arrived on `INTERFACE` of the configuration (default: that of the capture, or the first)")
	addresses := fl.StringSlice("address", nil, "that has `ADDRESS` (default: those of the servers in the capture); more with commas")
	mac := fl.String("mac", "", "show those of the machine with `MAC` only")
	changed := fl.Bool("changed", false, "show those only that the policy drops or changes, or fails at")
	verbose := fl.BoolP("verbose", "v", false, "show every step that decided, in json and csv too")
	f := addListFormat(cmd)
	_ = cmd.MarkFlagRequired("pcap") // fails only for a flag that is not there
	_ = cmd.MarkFlagFilename("pcap", "pcap", "pcapng", "cap", "gz")
	cmd.RunE = func(_ *cobra.Command, files []string) error {
		around, err := a.policySurroundings()
		if err != nil {
			return err
		}
		if around.settings.Files = around.files(files); len(around.settings.Files) == 0 {
			return errNoPolicy
		}
		for _, file := range files {
			if _, err := os.Stat(file); err != nil {
				return fmt.Errorf("read policy: %w", err)
			}
		}
		only := ""
		if *mac != "" {
			if only, err = parseHardware(*mac); err != nil {
				return err
			}
		}
		recording, err := a.readRecording(*path)
		if err != nil {
			return err
		}
		rules, err := a.newRehearsal(recording, around, *link, *addresses)
		if err != nil {
			return err
		}
		rules.player.Explain = *verbose
		for _, line := range rules.notes {
			fmt.Fprintln(a.Stderr, "note: "+line)
		}
		report := rehearsalReport{app: a, format: f, verbose: *verbose, changed: *changed, mac: only, recording: recording}
		for i := range recording.Messages {
			m := &recording.Messages[i]
			report.add(m, rules.play(m))
		}
		return report.close()
	}
	return cmd
}

// readRecording reads a capture from a file or from standard input.
func (a *app) readRecording(path string) (*recorded.Recording, error) {
	in := a.Stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("read capture: %w", err)
		}
		defer file.Close()
		in = file
	}
	r, err := recorded.Read(in)
	if err != nil {
		return nil, fmt.Errorf("read capture %s: %w", path, err)
	}
	return r, nil
}
