package crash_test

// webhook is one that arrived.
type webhook struct {
	id string
	event
}

// checkWebhooks compares what arrived, in the order of arrival, with the log.
func checkWebhooks(arrived []webhook, events []event) (fs []finding) {
	first := map[uint64]webhook{}
	latest := map[string]uint64{}
	for _, w := range arrived {
		if was, ok := first[w.sequence]; ok {
			if was.id != w.id || !was.same(w.event) {
				fs = append(fs, found(altered, "event %d came as %+v and as %+v", w.sequence, was, w))
			}
			continue // a repetition, which may come late
		}
		first[w.sequence] = w
		if w.sequence < latest[w.client] {
			fs = append(fs, found(disordered, "%s: event %d came after event %d", w.client, w.sequence, latest[w.client]))
		}
		latest[w.client] = max(latest[w.client], w.sequence)
	}
	for _, e := range events {
		if w, ok := first[e.sequence]; !ok {
			fs = append(fs, found(lost, "no webhook of event %d, %s of %s", e.sequence, e.kind, e.client))
		} else if !w.same(e) {
			fs = append(fs, found(altered, "event %d is %+v and came as %+v", e.sequence, e, w))
		}
	}
	return fs
}

// same reports whether two events are about the same. Documents have the time in their own words.
func (e event) same(o event) bool {
	return e.sequence == o.sequence && e.kind == o.kind && e.client == o.client && e.address == o.address
}
