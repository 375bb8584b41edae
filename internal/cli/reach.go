package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"strconv"
	"syscall"
	"time"

	"rollcall/internal/fault"
	"rollcall/internal/rpc"
)

// unreachable is what internal/rpc says when nobody answers.
var unreachable = &fault.Error{Code: fault.Unavailable, Reason: rpc.ReasonUnreachable}

// unavailable reports whether there is no point in calling the same service again.
func unavailable(err error) bool { return errors.Is(err, unreachable) }

// unreachableError is a service that does not answer at its address.
type unreachableError struct{ text string }

func (e *unreachableError) Error() string { return e.text }

// explain turns "nobody answers" into what an operator can do about it. Other errors stay as they are.
func (t target) explain(err error) error {
	if !unavailable(err) {
		return err
	}
	if t.endpoint.Network != rpc.NetworkUnix {
		return &unreachableError{err.Error()}
	}
	// Ask the kernel once more, because the reason tells apart what people mix up: stopped, elsewhere, or not allowed.
	conn, cause := net.DialTimeout("unix", t.endpoint.Address, time.Second)
	if cause == nil {
		conn.Close()
	}
	return &unreachableError{fmt.Sprintf("cannot reach %s at %s: %s", t.service, t.endpoint, t.diagnose(cause))}
}

// diagnose says why a unix socket does not let us in, and what to do.
func (t target) diagnose(cause error) string {
	running := fmt.Sprintf("is `rollcall %s` or `rollcall up` running?", t.service)
	switch {
	case errors.Is(cause, fs.ErrNotExist):
		return "there is no such socket; " + running + " If it listens elsewhere, name its configuration with -c"
	case errors.Is(cause, syscall.ECONNREFUSED):
		return "the socket is there but nobody listens; " + running
	case errors.Is(cause, fs.ErrPermission):
		if of := ownership(t.endpoint.Address); of != "" {
			return "permission denied; the socket belongs to " + of + ": run as root or as a member of that group"
		}
		return "permission denied; run as root or as a member of the group that may enter its directory"
	case cause != nil:
		return cause.Error() + "; " + running
	default:
		return "it does not answer; look at its log"
	}
}

// ownership names the user, group and mode of a file, as in "root:rollcall with mode 0660"; "" where there is no telling.
func ownership(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	uid, gid := strconv.FormatUint(uint64(st.Uid), 10), strconv.FormatUint(uint64(st.Gid), 10)
	owner, group := uid, gid
	if u, err := user.LookupId(uid); err == nil {
		owner = u.Username
	}
	if g, err := user.LookupGroupId(gid); err == nil {
		group = g.Name
	}
	return fmt.Sprintf("%s:%s with mode %#o", owner, group, info.Mode().Perm())
}
