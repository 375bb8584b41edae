package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"
	"google.golang.org/grpc"

	leasedv1 "rollcall/proto/leased/v1"
)

// bootRun is one boot of a machine.
type bootRun struct {
	*leasedv1.BootRun
	hardware string
}

var runColumns = []column[bootRun]{
	{key: "hardware", value: func(r bootRun) any { return r.hardware }},
	{key: "machine", value: func(r bootRun) any { return r.GetMachine() }},
	{key: "address", value: func(r bootRun) any { return r.GetAddress() }},
	{key: "firmware", value: func(r bootRun) any { return r.GetFirmware() }},
	{key: "uuid", value: func(r bootRun) any { return r.GetUuid() }},
	{key: "state", value: func(r bootRun) any { return r.GetState() }},
	{key: "reason", value: func(r bootRun) any { return r.GetReason() }},
	{key: "cause", value: func(r bootRun) any { return r.GetCause() }},
	{key: "code", value: func(r bootRun) any { return r.GetCode() }},
	{key: "outcome", value: func(r bootRun) any { return r.GetOutcome() }},
	{key: "remedy", value: func(r bootRun) any { return r.GetRemedy() }},
	{key: "began", value: func(r bootRun) any { return r.began() }},
	{key: "steps", value: func(r bootRun) any { return document{stepsNode(r.GetSteps()), "[]"} }},
}

func (a *app) bootShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show MACHINE",
		Short: "Show how a machine booted, step by step, and why it came no further",
		Long: `Show how a machine booted, step by step: what it asked, what it was told and which rule decided, what it fetched, and other
servers that answered it. Where it came no further, the likely cause is named, the code that its screen shows, and the remedy.

` + machineHelp,
		Example: `  rollcall boot show 52:54:00:12:34:56
  rollcall boot show desk7
  rollcall boot show 52:54:00:12:34:56 --boots 4`,
		Args: cobra.ExactArgs(1),
	}
	boots := cmd.Flags().Uint8("boots", 1, "its latest `N` boots, at most 16")
	f := addListFormat(cmd)
	a.completeBoots(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			client := leasedv1.NewBootServiceClient(conn)
			hardware, err := a.findMachine(ctx, client, args[0])
			if err != nil {
				return err
			}
			res, err := ask(ctx, a, client.Show, &leasedv1.ShowRequest{Hardware: hardware, Boots: int32(*boots)})
			if err != nil {
				return err
			}
			var runs []bootRun
			for _, r := range res.GetRuns() {
				runs = append(runs, bootRun{r, res.GetHardware()})
			}
			if f.value != formatTable {
				return printList(a, f, runColumns, whole(runs, 0), "")
			}
			out := bufio.NewWriter(a.Stdout)
			for i, r := range runs {
				if i > 0 {
					fmt.Fprintln(out)
				}
				if err := r.print(out, a.Now()); err != nil {
					return err
				}
			}
			return out.Flush()
		})
	}
	return cmd
}

func (r bootRun) began() time.Time {
	if len(r.GetSteps()) == 0 {
		return time.Time{}
	}
	return instant(r.GetSteps()[0].GetTime())
}

// print writes a boot for people: who, the steps, and what it comes to.
func (r bootRun) print(w io.Writer, now time.Time) error {
	who := []string{r.hardware}
	for _, text := range []string{r.GetMachine(), r.GetAddress(), r.GetFirmware()} {
		if text != "" {
			who = append(who, text)
		}
	}
	if r.GetUuid() != "" {
		who = append(who, "uuid "+r.GetUuid())
	}
	fmt.Fprintf(w, "%s: %s\n", printable(strings.Join(who, ", ")), r.GetState())
	fmt.Fprintf(w, "%s, %s\n\n", wall(r.began(), now), relative(r.began(), now))
	lines := [][]string{{"TIME", "STEP", "DETAIL", "BECAUSE"}}
	for i, s := range r.GetSteps() {
		if r.GetLeftOut() > 0 && i == len(r.GetSteps())/2 {
			lines = append(lines, []string{"", "…", count(int(r.GetLeftOut()), "step is", "steps are") + " not kept", ""})
		}
		lines = append(lines, []string{
			fmt.Sprintf("+%.1fs", instant(s.GetTime()).Sub(r.began()).Seconds()), printable(s.GetWhat()), printable(stepDetail(s)),
			printable(stepBecause(s)),
		})
	}
	if err := align(w, lines, nil); err != nil {
		return err
	}
	if r.GetCause()+r.GetOutcome() == "" {
		return nil
	}
	fmt.Fprintf(w, "\n%s.\n", printable(capital(r.GetCause()+r.GetOutcome())))
	if r.GetCode() != "" {
		fmt.Fprintf(w, "Its screen shows %s.\n", printable(r.GetCode()))
	}
	if r.GetRemedy() != "" {
		fmt.Fprintf(w, "%s.\n", printable(capital(r.GetRemedy())))
	}
	return nil
}

// capital begins a text with a capital letter, unless that would change a name.
func capital(text string) string {
	word, _, _ := strings.Cut(text, " ")
	if text == "" || strings.ContainsAny(word, ".:`/") || word != strings.ToLower(word) {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// stepDetail says with whom or which file, how much of it, and how often.
func stepDetail(s *leasedv1.BootStep) string {
	parts := []string{s.GetDetail()}
	switch s.GetResult() {
	case "":
	case "complete":
		if s.GetOctets() > 0 {
			text := octets(s.GetOctets())
			if d := s.GetDuration().AsDuration(); d >= 50*time.Millisecond {
				text += fmt.Sprintf(" in %.1fs", d.Seconds())
			}
			parts = append(parts, text)
		}
	case "probe":
		parts = append(parts, "asked for its size")
	case "not-found":
		parts = append(parts, "not found")
	case "aborted":
		parts = append(parts, "broken off after "+octets(s.GetOctets()))
	default:
		parts = append(parts, s.GetResult())
	}
	text := strings.TrimPrefix(strings.Join(parts, ", "), ", ")
	if s.GetCount() > 1 {
		text += fmt.Sprintf(" (%d times)", s.GetCount())
	}
	return text
}

// stepBecause says what decided, with the reason where nothing was given.
func stepBecause(s *leasedv1.BootStep) string {
	switch {
	case s.GetReason() == "":
		return s.GetBecause()
	case s.GetBecause() == "":
		return s.GetReason()
	}
	return s.GetBecause() + " (" + s.GetReason() + ")"
}

// octets writes a number of octets as people say it.
func octets(n uint64) string {
	const kilo = 1000
	switch {
	case n < kilo:
		return fmt.Sprintf("%d B", n)
	case n < kilo*kilo:
		return fmt.Sprintf("%.1f kB", float64(n)/kilo)
	case n < kilo*kilo*kilo:
		return fmt.Sprintf("%.1f MB", float64(n)/kilo/kilo)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/kilo/kilo/kilo)
}

// stepsNode is the steps as a list of mappings, without what is empty.
func stepsNode(steps []*leasedv1.BootStep) *yaml.Node {
	if len(steps) == 0 {
		return nil
	}
	list := listNode(nil)
	for _, s := range steps {
		n := put(mappingNode(), "time", textNode(plain(instant(s.GetTime()))))
		add := func(key, text string) {
			if text != "" {
				put(n, key, textNode(text))
			}
		}
		add("what", s.GetWhat())
		add("detail", s.GetDetail())
		add("because", s.GetBecause())
		add("reason", s.GetReason())
		add("result", s.GetResult())
		if s.GetOctets() > 0 {
			add("octets", strconv.FormatUint(s.GetOctets(), 10))
		}
		if d := s.GetDuration().AsDuration(); d > 0 {
			add("seconds", strconv.FormatFloat(d.Seconds(), 'f', -1, 64))
		}
		if s.GetCount() > 1 {
			add("count", strconv.FormatUint(uint64(s.GetCount()), 10))
		}
		list.Content = append(list.Content, n)
	}
	return list
}
