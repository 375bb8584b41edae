package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/internal/arch"
	leasedv1 "rollcall/proto/leased/v1"
)

// detailFlags say what only some reservations have.
type detailFlags struct {
	options, classes, extra               []string
	noOptions, noClasses, noExtra, noBoot []string
	bootServer, bootServerName, bootFile  string
	bootFiles, bootHTTP                   []string
	bootIPXE, bootDelay                   string
	bootStyle, bootQuirk, netboot         *choice
	given                                 func(flag string) bool
}

// detailFlagNames are the flags of detailFlags that change a reservation.
var detailFlagNames = []string{
	"option", "no-option", "netboot", "boot-server", "boot-server-name", "boot-file", "boot-files", "boot-http", "boot-ipxe", "boot-style",
	"boot-delay", "boot-quirk", "no-boot", "class", "no-class", "extra", "no-extra",
}

// addDetails gives a command those flags; those that take something away where there may be something.
func (a *app) addDetails(cmd *cobra.Command, taking bool) *detailFlags {
	d := &detailFlags{given: cmd.Flags().Changed}
	f := cmd.Flags()
	f.StringArrayVar(&d.options, "option", nil, "an option for it alone, as `NAME=VALUE`; see above")
	d.netboot = addChoice(cmd, "netboot", "whether it boots from the network, `WORD`", netboots)
	f.StringVar(&d.bootServer, "boot-server", "", `it boots from the server with `+"`ADDRESS`"+` (siaddr); "" for none`)
	f.StringVar(&d.bootServerName, "boot-server-name", "", `it boots from the server `+"`NAME`"+` (sname); "" for none`)
	f.StringVar(&d.bootFile, "boot-file", "", `it boots `+"`FILE`"+`, whatever its firmware; "" for none`)
	f.StringArrayVar(&d.bootFiles, "boot-files", nil, "`FIRMWARE=FILE`: with this firmware it boots FILE by TFTP; more than once for more")
	f.StringArrayVar(&d.bootHTTP, "boot-http", nil, "`FIRMWARE=URL`: with this firmware it boots from URL by HTTP; more than once for more")
	f.StringVar(&d.bootIPXE, "boot-ipxe", "", `iPXE of it fetches `+"`URL`"+`, or a path; "" for nothing`)
	d.bootStyle = addChoice(cmd, "boot-style", "its replies are made as `STYLE`", bootStyles)
	f.StringVar(&d.bootDelay, "boot-delay", "", "its replies are held back for `TIME`, such as 200ms")
	d.bootQuirk = addChoice(cmd, "boot-quirk", "its firmware is `KIND`", bootQuirks)
	for _, name := range []string{"boot-files", "boot-http"} {
		completeFirmware(cmd, name)
	}
	f.StringArrayVar(&d.classes, "class", nil, "it is a member of class `NAME`; more than once for more")
	f.StringArrayVar(&d.extra, "extra", nil, "`KEY=VALUE` for the registration system, which events carry; more than once for more")
	complete(cmd, "class", func(*cobra.Command, string) []string { return a.classNames() })
	a.completeOptions(cmd, false)
	if !taking {
		return d
	}
	f.StringArrayVar(&d.noOptions, "no-option", nil, "no option `NAME` of its own any more")
	f.StringSliceVar(&d.noBoot, "no-boot", nil, "other levels say the boot `KEY` again, such as file or ipxe; more with commas")
	f.StringArrayVar(&d.noClasses, "no-class", nil, "not a member of class `NAME` any more")
	f.StringArrayVar(&d.noExtra, "no-extra", nil, "without `KEY` for the registration system")
	complete(cmd, "no-class", func(*cobra.Command, string) []string { return a.classNames() })
	complete(cmd, "no-option", func(*cobra.Command, string) []string { return a.optionNames(false) })
	complete(cmd, "no-boot", func(*cobra.Command, string) []string { return bootWords() })
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

func (d *detailFlags) applyBoot(r *leasedv1.Reservation) (err error) {
	if d.given("netboot") {
		if r.Netboot, err = readNetboot(d.netboot.value); err != nil {
			return err
		}
	}
	b := r.GetBoot()
	if b == nil {
		b = &leasedv1.Boot{}
	}
	for _, word := range d.noBoot {
		i := slices.Index(bootWords(), word)
		if i < 0 {
			return usagef("--no-boot: %q is none of %s", word, strings.Join(bootWords(), ", "))
		}
		bootKeys[i].clear(b)
	}
	for _, f := range []struct {
		flag string
		text *string
		to   **string
	}{
		{"boot-server", &d.bootServer, &b.Server}, {"boot-server-name", &d.bootServerName, &b.ServerName},
		{"boot-file", &d.bootFile, &b.File}, {"boot-ipxe", &d.bootIPXE, &b.Ipxe},
	} {
		if d.given(f.flag) {
			*f.to = f.text
		}
	}
	if d.given("boot-style") {
		b.Style = d.bootStyle.value
	}
	if d.given("boot-quirk") {
		b.Quirk = d.bootQuirk.value
	}
	if d.given("boot-delay") {
		if b.Delay, err = readDelay(d.bootDelay); err != nil {
			return usagef("--boot-delay: %v", err)
		}
	}
	if b.Files, err = setFiles(b.GetFiles(), "boot-files", d.bootFiles); err != nil {
		return err
	}
	if b.Http, err = setFiles(b.GetHttp(), "boot-http", d.bootHTTP); err != nil {
		return err
	}
	if r.Boot = b; bootNode(b) == nil {
		r.Boot = nil
	}
	return nil
}

// completeFirmware makes the shell offer names of firmware, behind which = and a file go.
func completeFirmware(cmd *cobra.Command, flag string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var words []string
		for _, name := range arch.Names() {
			words = append(words, name+"=")
		}
		return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	})
	if err != nil {
		panic("cli: complete --" + flag + ": " + err.Error()) // no such flag, or twice
	}
}
