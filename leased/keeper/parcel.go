package keeper

import (
	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// parcel is what goes to the store as one commit, and what waits for it. One is always open and takes what is decided; the events that
// nobody waits for lie in it until it leaves.
//
// Its memory is used again and again. It belongs to the keeper's goroutine until dispatch, and to the one that the store tells of the
// outcome after: that one sends the answers, and gives the memory back unless the commit was lost.
type parcel struct {
	engine.Room // with the Commit

	keeper  *Keeper
	pending store.Pending
	news    int                 // how many of the events have nothing to do with the rest
	later   []Answer            // that must not leave before it is on disk
	batch   *Batch              // which they are for; decided again if the commit is lost
	done    func(store.Outcome) // may be nil
}

func (k *Keeper) newParcel() *parcel {
	if p, ok := k.parcels.Get().(*parcel); ok {
		return p
	}
	p := &parcel{keeper: k}
	p.pending.Done = p.finish
	return p
}

// release gives the memory to another parcel.
func (p *parcel) release() {
	p.Reset()
	clear(p.later)
	p.later = p.later[:0]
	p.news, p.batch, p.done, p.pending.Commit = 0, nil, nil, engine.Commit{}
	p.keeper.parcels.Put(p)
}

// finish is told of the outcome, on the store's goroutine.
func (p *parcel) finish(o store.Outcome) {
	done := p.done
	if o.Lost {
		p.keeper.errands.put(errand{lost: p, current: o.Current}) // and p with it
	} else {
		if len(p.later) > 0 {
			p.batch.To.Send(p.later)
		}
		if p.batch != nil {
			p.batch.release()
		}
		p.release()
	}
	if done != nil {
		done(o)
	}
}

// dispatch hands the open parcel to the store and opens another.
func (k *Keeper) dispatch() {
	p := k.open
	k.open = k.newParcel()
	p.pending.Commit = p.Commit
	k.store.Submit(&p.pending)
}

// submit hands a commit to the store, behind the events that wait. done, if not nil, is called on the store's goroutine once
// its outcome is known.
func (k *Keeper) submit(c engine.Commit, done func(store.Outcome)) {
	p := k.open
	p.news, p.done = len(p.Events), done
	p.Leases, p.Events = append(p.Leases, c.Leases...), append(p.Events, c.Events...)
	p.Put, p.Delete, p.Boots = c.Put, c.Delete, c.Boots
	k.dispatch()
}

// heedLoss goes on after a commit that another writer was faster than: it was never there.
func (k *Keeper) heedLoss(p *parcel, current []*engine.Lease) {
	k.state.Correct(p.Leases, current)
	told := len(k.open.Events)
	for _, e := range p.Events[:p.news] {
		k.open.Events = append(k.open.Events, e.Clone()) // it has nothing to do with what was lost
	}
	k.expectNews(told)
	b := p.batch
	p.release()
	if b != nil {
		for i := range b.Queries {
			b.Queries[i].asked = 0
		}
		k.decide(b)
	}
}
