package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"
	"google.golang.org/grpc"

	"rollcall/internal/config"
)

func (a *app) reservationExport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write all reservations as import reads them",
		Example: `  rollcall reservation export > machines.csv
  rollcall reservation export --subnet hall -o yaml`,
		Args: cobra.NoArgs,
	}
	subnet := a.addSubnet(cmd)
	f := addFormat(cmd, formatCSV, formatJSON, formatYAML)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			out := bufio.NewWriter(a.Stdout)
			var w rows[entry]
			if f.value == formatYAML {
				w = &yamlRows{w: out}
			} else {
				w = newRows(out, f.value, entryColumns(), a.Now())
			}
			for r, err := range a.reservationPages(ctx, conn, *subnet, "", 0) {
				if err != nil {
					return err
				}
				id, err := identifierOf(r)
				if err != nil {
					return err
				}
				if err := w.row(entry{id: id, subnet: r.GetSubnet(), address: r.GetAddress(), hostname: r.GetHostname(), details: r}); err != nil {
					return err
				}
			}
			if err := w.close(); err != nil {
				return err
			}
			return out.Flush()
		})
	}
	return cmd
}

// text returns the value of an entry for one of entryKeys.
func (e entry) text(key string) string {
	switch key {
	case "subnet":
		return e.subnet
	case "address":
		return e.address
	case "hostname":
		return e.hostname
	case "netboot":
		return e.details.GetNetboot()
	case string(e.id.Kind):
		return formatIdentifier(e.id)
	default:
		return ""
	}
}

// entryColumns are entryKeys as columns.
func entryColumns() []column[entry] {
	var cols []column[entry]
	for _, key := range entryKeys {
		value := func(e entry) any { return e.text(key) }
		if slices.Contains(detailKeys, key) {
			value = func(e entry) any { return detail(e.details, key) }
		}
		cols = append(cols, column[entry]{key: key, value: value})
	}
	return cols
}

// yamlRows writes a list of flow mappings, a line each, as one would write them into the configuration by hand.
type yamlRows struct {
	w io.Writer
	n int
}

func (y *yamlRows) row(e entry) error {
	y.n++
	line := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	for _, key := range entryKeys {
		value := textNode(e.text(key))
		if slices.Contains(detailKeys, key) {
			value = detail(e.details, key).node
		}
		if value == nil || value.Kind == yaml.ScalarNode && value.Value == "" {
			continue
		}
		if key == string(config.ByHardware) {
			value.Style = yaml.DoubleQuotedStyle // other readers may take 11:22:33:44:55:66 for a number
		}
		line.Content = append(line.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, value)
	}
	b, err := yaml.Marshal(&yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{line}})
	if err != nil {
		return fmt.Errorf("encode reservation: %w", err)
	}
	_, err = y.w.Write(b)
	return err
}

func (y *yamlRows) close() error {
	if y.n > 0 {
		return nil
	}
	_, err := io.WriteString(y.w, "[]\n")
	return err
}
