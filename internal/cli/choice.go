package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// words pairs the words that people read and write with the values of an enumeration of the API.
type words[E comparable] []struct {
	word  string
	value E
}

// word returns the word for a value; "" for one that this program does not know.
func (w words[E]) word(v E) string {
	for _, p := range w {
		if p.value == v {
			return p.word
		}
	}
	return ""
}

// value returns the value for a word; the zero value, which is "unspecified", for none.
func (w words[E]) value(word string) E {
	for _, p := range w {
		if p.word == word {
			return p.value
		}
	}
	var unspecified E
	return unspecified
}

// all returns the words.
func (w words[E]) all() []string {
	var all []string
	for _, p := range w {
		all = append(all, p.word)
	}
	return all
}

// choice is a flag that takes one of a few words. It implements pflag.Value.
type choice struct {
	value   string
	allowed []string
}

// addChoice gives a command a flag that takes one of the words allowed.
func addChoice(cmd *cobra.Command, name, usage string, allowed []string) *choice {
	c := &choice{allowed: allowed}
	cmd.Flags().Var(c, name, usage+": "+strings.Join(allowed, ", "))
	complete(cmd, name, func(*cobra.Command, string) []string { return allowed })
	return c
}

// String returns the word chosen.
func (c *choice) String() string { return c.value }

// Type names the kind of value in help texts.
func (c *choice) Type() string { return "WORD" }

// Set chooses a word.
func (c *choice) Set(s string) error {
	if !slices.Contains(c.allowed, s) {
		return fmt.Errorf("write one of %s", strings.Join(c.allowed, ", "))
	}
	c.value = s
	return nil
}
