package deliver_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
)

// Whatever fails and however many workers there are, a machine's deliveries are made in the order of the log, and none before the
// one ahead of it was accepted.
func TestMachineOrderUnderParallelWorkers(t *testing.T) {
	var mu sync.Mutex
	accepted := map[string][]int{}
	underWay := map[string]bool{}
	second := make(chan struct{})
	random := rand.New(rand.NewPCG(3, 4))
	d := newDesk(t, func(n int, w http.ResponseWriter, r *http.Request) {
		var doc struct {
			N       int
			Machine string
		}
		if err := json.NewDecoder(r.Body).Decode(&doc); err != nil {
			t.Error(err)
			return
		}
		mu.Lock()
		if underWay[doc.Machine] {
			t.Errorf("two deliveries of %s at once", doc.Machine)
		}
		underWay[doc.Machine] = true
		fail := random.IntN(12) == 0
		mu.Unlock()
		switch n {
		case 1:
			<-second // needs another worker
		case 2:
			close(second)
		}
		if fail {
			w.WriteHeader(http.StatusBadRequest)
		}
		mu.Lock()
		delete(underWay, doc.Machine)
		if !fail {
			accepted[doc.Machine] = append(accepted[doc.Machine], doc.N)
		}
		mu.Unlock()
	})
	r := newRig(t, d.endpoint("desk"))
	var machines []string
	for i := range 300 {
		machines = append(machines, fmt.Sprintf("m%d", i%30))
	}
	r.post("desk", machines...)
	r.untilEmpty("desk")
	mu.Lock()
	defer mu.Unlock()
	for m, got := range accepted {
		if len(got) != 10 {
			t.Errorf("machine %s: %d accepted, want 10", m, len(got))
		}
		for i := 1; i < len(got); i++ {
			if got[i] <= got[i-1] {
				t.Errorf("machine %s out of order: %v", m, got)
			}
		}
	}
}
