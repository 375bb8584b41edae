package lookup_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/leased/lookup"
)

func TestListBoundsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "rate: 100000")
		r.says(200, `{"ip": "10.20.0.7", "note": "`+strings.Repeat("a", 60000)+`"}`)
		for n := range byte(30) {
			r.settle(n)
		}
		r.says(404, "")
		for n := range byte(30) {
			r.settle(100 + n)
		}
		some, total, on := r.List(time.Now(), nil, 1000)
		if len(some) != 17 || total != 60 || !on { // a mebibyte's worth of those that are known
			t.Errorf("%d of %d, %v", len(some), total, on)
		}
		some, _, _ = r.List(time.Now(), nil, 2)
		if len(some) != 2 || some[0].State != lookup.Known || some[0].HW.Octets[5] != 29 || some[1].HW.Octets[5] != 28 {
			t.Errorf("the first two: %+v", some)
		}
	})
}

// A question that is under way is forgotten with its machine: what is answered then is of before.
func TestForgetWhileAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "")
		r.says(200, known)
		r.slow(time.Second)
		r.send(1)
		hw := machine(1).HW
		if n, _ := r.Forget(&hw); n != 1 {
			t.Errorf("forgot %d", n)
		}
		time.Sleep(2 * time.Second)
		if got := r.story(1); got != "nothing is remembered" {
			t.Errorf("story: %s", got)
		}
		r.send(1)
		r.send(2)
		if n, _ := r.Forget(nil); n != 2 {
			t.Errorf("forgot %d", n)
		}
		if _, total, _ := r.List(time.Now(), nil, 0); total != 0 {
			t.Errorf("%d are left", total)
		}
	})
}
