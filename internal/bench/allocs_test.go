package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseAllocs(t *testing.T) {
	const output = `goos: linux
pkg: rollcall/leased/engine
BenchmarkDecide/request/pool=64k/full=0%-2         	    2000	       765.1 ns/op	     408 B/op	       5 allocs/op
BenchmarkDecide/request/pool=64k/full=99%-2        	    2000	       779.3 ns/op	     408 B/op	       6 allocs/op
PASS
`
	got, err := parseAllocs(output)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"BenchmarkDecide/request/pool=64k/full=0%-2": 5, "BenchmarkDecide/request/pool=64k/full=99%-2": 6}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := parseAllocs("PASS\n"); err == nil {
		t.Error("an output without benchmarks gave allocations")
	}
}
