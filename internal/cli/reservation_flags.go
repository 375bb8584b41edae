package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	leasedv1 "rollcall/proto/leased/v1"
)

// detailFlags say what only some reservations have.
type detailFlags struct {
	options, classes, extra               []string
	noOptions, noClasses, noExtra, noBoot []string
	bootServer, bootServerName, bootFile  string
	given                                 func(flag string) bool
}

// detailFlagNames are the flags of detailFlags that change a reservation.
var detailFlagNames = []string{
	"option", "no-option", "boot-server", "boot-server-name", "boot-file", "no-boot", "class", "no-class", "extra", "no-extra",
}

// addDetails gives a command those flags; those that take something away where there may be something.
func (a *app) addDetails(cmd *cobra.Command, taking bool) *detailFlags {
	d := &detailFlags{given: cmd.Flags().Changed}
	f := cmd.Flags()
	f.StringArrayVar(&d.options, "option", nil, "an option for it alone, as `NAME=VALUE`; see above")
	f.StringVar(&d.bootServer, "boot-server", "", `it boots from the server with `+"`ADDRESS`"+` (siaddr); "" for none`)
	f.StringVar(&d.bootServerName, "boot-server-name", "", `it boots from the server `+"`NAME`"+` (sname); "" for none`)
	f.StringVar(&d.bootFile, "boot-file", "", `it boots `+"`FILE`"+`; "" for none`)
	f.StringArrayVar(&d.classes, "class", nil, "it is a member of class `NAME`; more than once for more")
	f.StringArrayVar(&d.extra, "extra", nil, "`KEY=VALUE` for the registration system, which events carry; more than once for more")
	complete(cmd, "class", func(*cobra.Command, string) []string { return a.classNames() })
	a.completeOptions(cmd, false)
	if !taking {
		return d
	}
	f.StringArrayVar(&d.noOptions, "no-option", nil, "no option `NAME` of its own any more")
	f.StringSliceVar(&d.noBoot, "no-boot", nil, "other levels say the boot `FIELD` again: server, server-name or file; more with commas")
	f.StringArrayVar(&d.noClasses, "no-class", nil, "not a member of class `NAME` any more")
	f.StringArrayVar(&d.noExtra, "no-extra", nil, "without `KEY` for the registration system")
	complete(cmd, "no-class", func(*cobra.Command, string) []string { return a.classNames() })
	complete(cmd, "no-option", func(*cobra.Command, string) []string { return a.optionNames(false) })
	complete(cmd, "no-boot", func(*cobra.Command, string) []string { return []string{"server", "server-name", "file"} })
	return d
}

// optionHelp explains --option in long help texts.
const optionHelp = `--option takes NAME=VALUE with a name or option-N; elements of lists with commas, or once each. NAME= sends nothing, whatever other
levels say; NAME:always=VALUE sends it to a client that does not ask, NAME:requested=VALUE only to one that does. Sub-options are
written vendor-specific.KEY=VALUE and vi-vendor-specific.ENTERPRISE.KEY=VALUE. hex:0a0b stands for octets.`

// apply changes a reservation as the flags say. What is not given stays.
func (d *detailFlags) apply(r *leasedv1.Reservation) error {
	if err := d.applyOptions(r); err != nil {
		return err
	}
	if err := d.applyBoot(r); err != nil {
		return err
	}
	for _, name := range d.noClasses {
		i := slices.Index(r.GetClasses(), name)
		if i < 0 {
			return usagef("--no-class: it is not a member of class %q by its reservation", name)
		}
		r.Classes = slices.Delete(r.Classes, i, i+1)
	}
	for _, name := range d.classes {
		if !slices.Contains(r.Classes, name) {
			r.Classes = append(r.Classes, name)
		}
	}
	for _, key := range d.noExtra {
		if _, ok := r.GetExtra()[key]; !ok {
			return usagef("--no-extra: it has no %q", key)
		}
		delete(r.Extra, key)
	}
	for _, text := range d.extra {
		key, value, ok := strings.Cut(text, "=")
		if !ok || key == "" {
			return usagef("--extra %q: write KEY=VALUE, such as owner=desk7", text)
		}
		if r.Extra == nil {
			r.Extra = make(map[string]string)
		}
		r.Extra[key] = value
	}
	return nil
}

func (d *detailFlags) applyOptions(r *leasedv1.Reservation) error {
	for _, name := range d.noOptions {
		have := len(r.GetOptions())
		maps.DeleteFunc(r.GetOptions(), func(other string, _ *leasedv1.OptionValue) bool { return sameOption(name, other) })
		if len(r.GetOptions()) == have {
			return usagef("--no-option: it has no option %q of its own", name)
		}
	}
	given, err := parseOptionFlags(d.options)
	if err != nil || len(given) == 0 {
		return err
	}
	if r.Options == nil {
		r.Options = make(map[string]*leasedv1.OptionValue)
	}
	for name := range given {
		maps.DeleteFunc(r.Options, func(other string, _ *leasedv1.OptionValue) bool { return sameOption(name, other) })
	}
	maps.Copy(r.Options, given)
	return nil
}

func (d *detailFlags) applyBoot(r *leasedv1.Reservation) error {
	b := r.GetBoot()
	if b == nil {
		b = &leasedv1.Boot{}
	}
	for _, word := range d.noBoot {
		i := slices.IndexFunc(bootFields, func(f bootField) bool { return f.key == strings.ReplaceAll(word, "-", "_") })
		if i < 0 {
			return usagef("--no-boot: %q is none of server, server-name and file", word)
		}
		*bootFields[i].of(b) = nil
	}
	for i, f := range []struct {
		flag string
		text *string
	}{{"boot-server", &d.bootServer}, {"boot-server-name", &d.bootServerName}, {"boot-file", &d.bootFile}} {
		if d.given(f.flag) {
			*bootFields[i].of(b) = f.text
		}
	}
	if r.Boot = b; bootNode(b) == nil {
		r.Boot = nil
	}
	return nil
}
