// Package layers holds what is true of the repository as a whole, as tests: who may import what (layers_test.go), and that
// README.md tells of what is there (readme_test.go). It has no code.
package layers
