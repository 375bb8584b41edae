package queue

import (
	"runtime"

	"go.etcd.io/bbolt"
)

// SetCommit replaces the commit of every later transaction; fail decides after, with the real commit in hand.
func (q *Queue) SetCommit(commit func(real func() error, rollback func() error) error) {
	q.commit = func(tx *bbolt.Tx) error { return commit(tx.Commit, tx.Rollback) }
}

// WaitQueued returns when at least n changes wait for the committer.
func (q *Queue) WaitQueued(n int) {
	for len(q.changes) < n {
		runtime.Gosched()
	}
}
