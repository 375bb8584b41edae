package engine

import "math/bits"

// table finds records by a key of theirs, which is in the records themselves: it knows no more than their numbers. So a million of
// them take a few megabytes in which the garbage collector finds nothing to follow.
//
// It is a hash table with chains that grows by one bucket with each record (linear hashing), so that no client waits while all of it
// is made again.
type table struct {
	hash  func(no int32) uint32 // of the key of a record
	heads []int32               // by bucket: the first of its chain, 0 for none
	next  []int32               // by record: what is behind it in its chain, 0 for nothing
	n     int
}

func newTable(hash func(no int32) uint32) table { return table{hash: hash, heads: make([]int32, 1)} }

// reserve makes room for n records in a table that is empty.
func (t *table) reserve(n int) {
	t.heads, t.next = make([]int32, max(n, 1)), make([]int32, 0, n+1)
}

// first returns the first record whose key may have the hash, after the one behind another; 0 when there are no more.
func (t *table) first(hash uint32) int32 { return t.heads[t.bucket(hash)] }
func (t *table) after(no int32) int32    { return t.next[no] }

// bucket returns where a hash belongs: as many of its bits count as it takes to number the buckets, and one less where that bucket is
// still to come.
func (t *table) bucket(hash uint32) uint32 {
	last := uint32(len(t.heads) - 1)
	mask := uint32(1)<<bits.Len32(last) - 1
	if b := hash & mask; b <= last {
		return b
	}
	return hash & (mask >> 1)
}

// add files a record, which must not be filed.
func (t *table) add(no int32) {
	if t.n++; t.n > len(t.heads) {
		t.split()
	}
	for len(t.next) <= int(no) {
		t.next = append(t.next, 0)
	}
	b := t.bucket(t.hash(no))
	t.next[no], t.heads[b] = t.heads[b], no
}

// split adds a bucket and moves there what belongs there from now on, out of the one that stood for it.
func (t *table) split() {
	t.heads = append(t.heads, 0)
	added := uint32(len(t.heads) - 1)
	from := added &^ (1 << (bits.Len32(added) - 1))
	no := t.heads[from]
	t.heads[from] = 0
	for no != 0 {
		behind := t.next[no]
		b := t.bucket(t.hash(no))
		t.next[no], t.heads[b] = t.heads[b], no
		no = behind
	}
}

// remove takes a record out. It reports whether it was there.
func (t *table) remove(no int32) bool {
	at := &t.heads[t.bucket(t.hash(no))]
	for *at != no {
		if *at == 0 {
			return false
		}
		at = &t.next[*at]
	}
	*at = t.next[no]
	t.n--
	return true
}

// lists is a table in which many records may have the same key. Those are in a list of their own with one of them in the table, so
// that a client with a thousand leases does not make others wait.
type lists struct {
	table
	same  func(a, b int32) bool // reports whether the keys of two records are equal
	links map[int32]links       // of the records that are not alone
}

// links are the neighbours in a list, 0 for none. The one without prev is in the table.
type links struct{ next, prev int32 }

func newLists(hash func(no int32) uint32, same func(a, b int32) bool) lists {
	return lists{table: newTable(hash), same: same, links: map[int32]links{}}
}

// behind returns the record after one with the same key, or 0.
func (l *lists) behind(no int32) int32 { return l.links[no].next }

// add files a record, which must not be filed.
func (l *lists) add(no int32) {
	for head := l.first(l.hash(no)); head != 0; head = l.after(head) {
		if l.same(head, no) {
			second := l.links[head].next
			l.links[no] = links{next: second, prev: head}
			l.links[head] = links{next: no}
			if second != 0 {
				l.links[second] = links{next: l.links[second].next, prev: no}
			}
			return
		}
	}
	l.table.add(no)
}

// remove takes a record out, which must be filed.
func (l *lists) remove(no int32) {
	at := l.links[no]
	delete(l.links, no)
	if at.prev == 0 {
		l.table.remove(no)
		if at.next != 0 {
			l.table.add(at.next)
		}
	} else {
		l.link(at.prev, links{next: at.next, prev: l.links[at.prev].prev})
	}
	if at.next != 0 {
		l.link(at.next, links{next: l.links[at.next].next, prev: at.prev})
	}
}

func (l *lists) link(no int32, at links) {
	if at == (links{}) {
		delete(l.links, no)
	} else {
		l.links[no] = at
	}
}
