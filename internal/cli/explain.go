package cli

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"
	"google.golang.org/grpc"

	"rollcall/internal/arch"
	"rollcall/internal/config"
	leasedv1 "rollcall/proto/leased/v1"
)

// explainMessages are the messages that explain plays.
var explainMessages = []string{"discover", "init-reboot", "renew", "rebind", "inform"}

var explainColumns = []column[*leasedv1.ExplainStep]{
	{key: "subject", head: "SUBJECT", value: func(s *leasedv1.ExplainStep) any { return s.GetSubject() }},
	{key: "outcome", head: "OUTCOME", value: func(s *leasedv1.ExplainStep) any { return s.GetOutcome() }},
	{key: "because", head: "BECAUSE", value: func(s *leasedv1.ExplainStep) any { return s.GetBecause() }},
	{key: "options", value: func(s *leasedv1.ExplainStep) any { return document{explainedNode(s.GetOptions()), "[]"} }},
}

func (a *app) explainVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain --mac MAC",
		Short: "Say what a machine would get now, and which rule decides",
		Long: `Say what a machine would get now, and which rule decides. Nothing is changed and nothing is sent: the message that the flags
describe is played through the rules.`,
		Example: `  rollcall explain --mac 52:54:00:12:34:56
  rollcall explain --mac 52:54:00:12:34:56 --giaddr 10.30.0.1 --circuit-id "ge-0/0/7"
  rollcall explain --mac 52:54:00:12:34:56 --arch uefi-x64
  rollcall explain --mac 52:54:00:12:34:56 --arch uefi-x64 --ipxe
  rollcall explain --mac 52:54:00:12:34:56 --arch bios --port 4011 --message inform --address 10.99.0.50
  rollcall explain --mac 52:54:00:12:34:56 --user-class lab --requested routers,ntp-servers --option interface-mtu=9000
  rollcall explain --mac 52:54:00:12:34:56 --message renew --address 10.99.0.50`,
		Args: cobra.NoArgs,
	}
	var req leasedv1.ExplainRequest
	fl := cmd.Flags()
	mac := fl.String("mac", "", "hardware address `MAC`")
	clientID := fl.String("client-id", "", "client identifier (61) `ID`: octets as in 01:08:00:27:2c:49:4b, or text (default: that of its lease)")
	fl.StringVar(&req.Link, "link", "", "it arrives on `INTERFACE` of the frontend, eth1.100 for VLAN 100 of eth1 (default: the only one, or the first that selects a subnet)")
	giaddr := fl.String("giaddr", "", "it comes through the relay with `ADDRESS`")
	fl.StringVar(&req.CircuitId, "circuit-id", "", "with relay circuit id (82/1) `ID`: text, or octets as in hex:0a0b")
	fl.StringVar(&req.RemoteId, "remote-id", "", "with relay remote id (82/2) `ID`: text, or octets as in hex:0a0b")
	message := addChoice(cmd, "message", "it sends `MESSAGE` (default discover)", explainMessages)
	address := fl.String("address", "", "it asks for `ADDRESS` (50), or has it, for renew, rebind and inform")
	fl.Uint32Var(&req.Port, "port", 0, "it sends to UDP `PORT`: 67, or 4011 as firmware does (default 67)")
	firmware := fl.String("arch", "", "it boots from the network as architecture (93) `NAME` or number, such as bios, uefi-x64 or 7")
	fl.BoolVar(&req.Ipxe, "ipxe", false, "it is iPXE")
	fl.BoolVar(&req.Http, "http", false, "it boots by HTTP (UEFI HTTP boot)")
	fl.StringVar(&req.Uuid, "uuid", "", "its firmware has `UUID` (97)")
	fl.StringVar(&req.VendorClass, "vendor-class", "", "vendor class identifier (60) `TEXT`")
	fl.StringVar(&req.UserClass, "user-class", "", "user class (77) `TEXT`")
	fl.StringVar(&req.SubscriberId, "subscriber-id", "", "with relay subscriber id (82/6) `ID`: text, or octets as in hex:0a0b")
	fl.StringSliceVar(&req.Requested, "requested", nil, "it asks for `OPTION` (55), by name or number; more with commas")
	fl.StringVar(&req.Hostname, "hostname", "", "it calls itself `NAME` (12)")
	options := fl.StringArray("option", nil, "it sends `NAME=VALUE`, any other option by name or option-N; more than once for more")
	complete(cmd, "port", func(*cobra.Command, string) []string { return []string{"67", "4011\tPXE"} })
	complete(cmd, "arch", func(*cobra.Command, string) []string { return arch.Names() })
	complete(cmd, "requested", func(*cobra.Command, string) []string { return a.optionNames(false) })
	a.completeOptions(cmd, true)
	values := fl.Bool("values", false, "show the value of each option of the answer too")
	f := addListFormat(cmd)
	_ = cmd.MarkFlagRequired("mac") // fails only for a flag that is not there
	a.completeAddressFlag(cmd, "address")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var err error
		if req.Hardware, err = parseHardware(*mac); err != nil {
			return err
		}
		if *clientID != "" {
			var r leasedv1.Reservation
			id, err := parseIdentifier(config.ByClientID, *clientID)
			if err != nil {
				return usagef("--client-id: %v", err)
			}
			identify(&r, id)
			req.ClientId = r.GetClientId()
		}
		for _, it := range []struct {
			text string
			to   *string
		}{{*giaddr, &req.Giaddr}, {*address, &req.Address}} {
			if it.text == "" {
				continue
			}
			if *it.to, err = parseAddress(it.text); err != nil {
				return err
			}
		}
		if *firmware != "" {
			if req.Arch, err = parseArch(*firmware); err != nil {
				return err
			}
		}
		if req.Options, err = parseOptionFlags(*options); err != nil {
			return err
		}
		req.Message = strings.ToUpper(message.value)
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			res, err := ask(ctx, a, leasedv1.NewExplainServiceClient(conn).Explain, &req)
			if err != nil {
				return err
			}
			return a.printExplanation(f, res, *values)
		})
	}
	return cmd
}

// parseArch reads an architecture by name or number.
func parseArch(text string) (*uint32, error) {
	if n, err := strconv.ParseUint(text, 10, 16); err == nil {
		code := uint32(n)
		return &code, nil
	}
	f, err := arch.Parse(text)
	if err != nil {
		return nil, usagef("--arch: %q is no architecture; write a number, or one of %s", text, strings.Join(arch.Names(), ", "))
	}
	code := uint32(f)
	return &code, nil
}

// printExplanation writes the steps in three columns without headings: they read as sentences. With values, the options of the
// answer stand below the step that tells of them.
func (a *app) printExplanation(f *formatFlag, res *leasedv1.ExplainResponse, values bool) error {
	if f.value != formatTable || len(res.GetSteps()) == 0 {
		return printList(a, f, explainColumns, whole(res.GetSteps(), 0), "no rule applies")
	}
	var lines [][]string
	for _, s := range res.GetSteps() {
		lines = append(lines, []string{printable(s.GetSubject()), printable(s.GetOutcome()), printable(s.GetBecause())})
		for _, o := range s.GetOptions() {
			if values {
				lines = append(lines, []string{"", printable("  " + o.GetName() + " " + o.GetValue()), printable(o.GetFrom())})
			}
		}
	}
	return align(a.Stdout, lines, nil)
}

// explainedNode is the options of an answer as a list of mappings.
func explainedNode(list []*leasedv1.ExplainOption) *yaml.Node {
	if len(list) == 0 {
		return nil
	}
	n := listNode(nil)
	for _, o := range list {
		m := put(mappingNode(), "name", textNode(o.GetName()))
		put(m, "value", textNode(o.GetValue()))
		n.Content = append(n.Content, put(m, "from", textNode(o.GetFrom())))
	}
	return n
}
