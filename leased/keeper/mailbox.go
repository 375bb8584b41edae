package keeper

import "sync"

// mailbox hands values to the keeper from goroutines that must not block, such as the prober's. Its size is bounded by what is
// under way: the prober bounds its probes.
type mailbox[T any] struct {
	ready chan struct{} // holds a token while something is in it

	mu   sync.Mutex
	mail []T
}

func newMailbox[T any]() *mailbox[T] { return &mailbox[T]{ready: make(chan struct{}, 1)} }

func (m *mailbox[T]) put(v T) {
	m.mu.Lock()
	m.mail = append(m.mail, v)
	m.mu.Unlock()
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

func (m *mailbox[T]) take() []T {
	m.mu.Lock()
	defer m.mu.Unlock()
	mail := m.mail
	m.mail = nil
	return mail
}
