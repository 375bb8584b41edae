package cli

// usage is the template of every help text below its description, for text/template over *cobra.Command. The functions are
// cobra's.
const usage = `Usage:
  {{if .HasAvailableSubCommands}}{{.CommandPath}} VERB{{else}}{{.UseLine}}{{end}}
{{- if .HasExample}}

Examples:
{{.Example}}{{end}}
{{- if .HasAvailableSubCommands}}{{$verbs := .Commands}}{{if .Groups}}{{range $group := .Groups}}

{{.Title}}{{range $verbs}}{{if (and (eq .GroupID $group.ID) .IsAvailableCommand)}}
  {{rpad .Name .NamePadding}}  {{.Short}}{{end}}{{end}}{{end}}{{else}}

Verbs:{{range $verbs}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}}  {{.Short}}{{end}}{{end}}{{end}}{{else}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}
{{- if .HasAvailableInheritedFlags}}

Flags of every verb:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}
{{- if not .HasParent}}

Flags of every verb:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
` + statuses + `{{end}}
`

const statuses = `
Exit status:
  0  done
  1  failed: the service refused, or something broke
  2  wrong use, or a faulty configuration
  3  there is no such lease, reservation, client, subnet or delivery
  4  the service cannot be reached, or does not answer in time

Environment:
  ROLLCALL_CONFIG    configuration file, where --config is not given
  ROLLCALL_LEASED    address of leased, where --leased is not given
  ROLLCALL_WEBHOOKD  address of webhookd, where --webhookd is not given`
