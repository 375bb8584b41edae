package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"rollcall/internal/fault"
	leasedv1 "rollcall/proto/leased/v1"
)

// addressTaken is what leased says while the holder of an address has not moved on yet.
var addressTaken = &fault.Error{Code: fault.Exists, Reason: "ADDRESS_TAKEN"}

func (a *app) reservationImport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Add and change reservations from a CSV, YAML or JSON file",
		Long: `Add and change reservations from a file, as export writes it; "-" is standard input. The format follows from the name of
the file: .csv, .yaml, .yml or .json.

The first line of a CSV file names its columns: one or more of mac, client_id, duid, circuit_id and remote_id, of which each
line fills one; subnet; and, where there are any, address, hostname, netboot, options, boot, classes and extra. YAML and JSON files hold a
list of mappings with these keys. The last four are written as in the configuration file; in a cell of CSV as JSON, or as YAML
such as {routers: 10.20.3.1}. Where no line of the file has one of them, reservations keep what they have.

All lines are checked before the first change. A machine that has a reservation in the same subnet is changed, or left alone
where nothing differs, so a file can be imported again. Nothing is deleted.`,
		Example: `  rollcall reservation import machines.csv --dry-run
  rollcall reservation import machines.csv
  rollcall reservation export -o yaml | ssh other rollcall reservation import - --format yaml`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"csv", "yaml", "yml", "json"}, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	format := addChoice(cmd, "format", "read `FORMAT`, whatever the file is called", []string{"csv", "yaml", "json"})
	dry := cmd.Flags().Bool("dry-run", false, "only say what would be done")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		name := args[0]
		file, faults, err := a.readRoll(name, format.value)
		if err != nil {
			return err
		}
		subnets, names := a.configured()
		faults = append(faults, checkEntries(file.entries, subnets, names)...)
		err = a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			var stored []*leasedv1.Reservation
			for r, err := range a.reservationPages(ctx, conn, "", "", 0) {
				if err != nil {
					return err
				}
				stored = append(stored, r)
			}
			p, err := planImport(file, stored)
			faults = append(faults, p.faults...)
			switch {
			case err != nil || len(faults) > 0:
				return err
			case *dry:
				return a.rehearse(p)
			default:
				return a.carryOut(ctx, conn, name, p)
			}
		})
		if len(faults) > 0 { // they stand whatever leased says
			a.printFaults(name, faults)
			fmt.Fprintf(a.Stderr, "%s; nothing was imported\n", count(len(faults), "error", "errors"))
			return &reportedError{exitUsage}
		}
		return err
	}
	return cmd
}

// readRoll reads the file to import. Its faults are those of single lines.
func (a *app) readRoll(name, format string) (roll, []fileFault, error) {
	if format == "" {
		format = strings.TrimPrefix(strings.ToLower(filepath.Ext(name)), ".")
	}
	var read func([]byte) (roll, []fileFault)
	switch format {
	case "csv":
		read = readCSV
	case "yaml", "yml", "json":
		read = readYAML
	default:
		return roll{}, nil, usagef("the name %q does not tell its format; give --format csv, yaml or json", name)
	}
	data, err := a.slurp(name)
	if err != nil {
		return roll{}, nil, fmt.Errorf("read reservations: %w", err)
	}
	file, faults := read(data)
	return file, faults, nil
}

// slurp reads a whole file; "-" is standard input.
func (a *app) slurp(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(a.Stdin)
	}
	return os.ReadFile(name)
}

// printFaults writes the faults of a file in the order of its lines.
func (a *app) printFaults(name string, faults []fileFault) {
	slices.SortStableFunc(faults, func(x, y fileFault) int { return cmp.Compare(x.line, y.line) })
	for _, f := range faults {
		fmt.Fprintf(a.Stderr, "%s:%d: %s\n", name, f.line, printable(f.text))
	}
}

// rehearse says what an import would do.
func (a *app) rehearse(p plan) error {
	added := 0
	for _, s := range p.steps {
		to := s.want.GetAddress()
		if to == "" {
			to = "an address of the pools"
		}
		verb := "would change"
		if s.old == nil {
			verb = "would add"
			added++
		}
		fmt.Fprintf(a.Stdout, "%s %s to %s%s\n", verb, machineOf(s.want), to, in(s.want.GetSubnet()))
	}
	_, err := fmt.Fprintf(a.Stdout, "dry run: %d to add, %d to change, %d unchanged\n", added, len(p.steps)-added, p.unchanged)
	return err
}

// carryOut makes the changes of a plan. What leased refuses is reported and the rest goes on: a second import then does what
// is left.
func (a *app) carryOut(ctx context.Context, conn *grpc.ClientConn, name string, p plan) error {
	client := leasedv1.NewReservationServiceClient(conn)
	added, changed := 0, 0
	var faults []fileFault
	var broken error
	for todo := p.steps; len(todo) > 0 && broken == nil; {
		var waiting []step // for an address whose holder may be about to move: later in the file
		var held []fileFault
		for _, s := range todo {
			err := a.makeChange(ctx, client, s)
			switch {
			case err == nil && s.old == nil:
				added++
			case err == nil:
				changed++
			case errors.Is(err, addressTaken):
				waiting, held = append(waiting, s), append(held, fileFault{s.line, sentence(err)})
			case fault.CodeOf(err) == fault.Unavailable:
				broken = fmt.Errorf("%s:%d: %w", name, s.line, err)
			default:
				faults = append(faults, fileFault{s.line, sentence(err)})
			}
			if broken != nil {
				break
			}
		}
		if len(waiting) == len(todo) { // nobody has moved
			faults = append(faults, held...)
			break
		}
		todo = waiting
	}
	a.printFaults(name, faults)
	summary := fmt.Sprintf("%d added, %d changed, %d unchanged", added, changed, p.unchanged)
	if len(faults) > 0 {
		summary += fmt.Sprintf(", %d refused", len(faults))
	}
	if left := len(p.steps) - added - changed - len(faults); left > 0 {
		summary += fmt.Sprintf(", %d left to do; import the file again", left)
	}
	fmt.Fprintln(a.Stdout, summary)
	if broken == nil && len(faults) > 0 {
		return &reportedError{exitFailed}
	}
	return broken
}

// makeChange makes one change.
func (a *app) makeChange(ctx context.Context, client leasedv1.ReservationServiceClient, s step) error {
	var err error
	if s.old == nil {
		_, err = ask(ctx, a, client.Add, &leasedv1.AddRequest{Reservation: s.want})
	} else {
		_, err = ask(ctx, a, client.Update, &leasedv1.UpdateRequest{Reservation: s.want})
	}
	return err
}
