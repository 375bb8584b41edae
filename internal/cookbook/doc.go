// Package cookbook holds what deploy/examples/policy promises, as tests: the policies there pass the tests that they carry and work
// with the configuration there, the manual names what there is, and the table of what became of staticDHCPd's names is complete and
// names nothing that does not exist. It has no code. Each policy before real clients is in internal/e2e.
package cookbook
