// Package report makes the table of the benchmark: medians and spreads of what was
// measured, beside what was to be reached, as Markdown and as CSV.
package report
