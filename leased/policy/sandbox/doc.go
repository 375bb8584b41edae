// Package sandbox runs the operator's Starlark: it loads files, and calls their functions within a budget. It knows nothing of
// DHCP.
package sandbox
