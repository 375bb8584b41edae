package main

import "testing"

func TestNumber(t *testing.T) {
	const page = `# TYPE rollcall_leases gauge
rollcall_leases_other 7
rollcall_leases 1e+06
`
	if n, err := number(page, "rollcall_leases"); n != 1e6 || err != nil {
		t.Errorf("number = %v, %v; want 1000000", n, err)
	}
	if _, err := number(page, "rollcall"); err == nil {
		t.Error("a metric was found that is not there")
	}
}
