package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// format is how results are written to standard output.
type format string

const (
	formatTable format = "table" // aligned, for people; times relative or in the local zone
	formatJSON  format = "json"  // one document; times in UTC, RFC 3339
	formatCSV   format = "csv"   // with a header; times as in JSON
	formatYAML  format = "yaml"  // of export only
)

// formatFlag is the value of -o. It implements pflag.Value, so a wrong word is refused where flags are read.
type formatFlag struct {
	value   format
	allowed []format
}

// addFormat gives a command -o and returns where its value will stand. The first of allowed is the default.
func addFormat(cmd *cobra.Command, allowed ...format) *formatFlag {
	f := &formatFlag{value: allowed[0], allowed: allowed}
	cmd.Flags().VarP(f, "output", "o", "write `FORMAT`: "+f.words(", "))
	complete(cmd, "output", func(*cobra.Command, string) []string { return strings.Split(f.words(" "), " ") })
	return f
}

// addListFormat gives a command the -o of every list and get.
func addListFormat(cmd *cobra.Command) *formatFlag {
	return addFormat(cmd, formatTable, formatJSON, formatCSV)
}

func (f *formatFlag) words(sep string) string {
	var words []string
	for _, a := range f.allowed {
		words = append(words, string(a))
	}
	return strings.Join(words, sep)
}

// String returns the format chosen.
func (f *formatFlag) String() string { return string(f.value) }

// Type names the kind of value in help texts.
func (f *formatFlag) Type() string { return "FORMAT" }

// Set chooses a format.
func (f *formatFlag) Set(s string) error {
	if !slices.Contains(f.allowed, format(s)) {
		return fmt.Errorf("write one of %s", f.words(", "))
	}
	f.value = format(s)
	return nil
}
