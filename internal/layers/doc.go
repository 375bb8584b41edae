// Package layers holds the rule of who may import what, as a test; see layers_test.go. It has no code.
package layers
