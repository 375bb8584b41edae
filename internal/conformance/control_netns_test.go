//go:build netns

package conformance_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func (s *wire) advance(d time.Duration) error {
	time.Sleep(d)
	return nil
}

func (s *wire) setClock(time.Duration) error {
	return errors.New("the clock of the machine is not a test's to set")
}

// cli runs a verb and returns what it wrote.
func (s *wire) cli(args ...string) (string, error) {
	out, err := exec.Command(program, append(args, "-c", s.config())...).Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		err = fmt.Errorf("rollcall %s: %w: %s", strings.Join(args, " "), err, exit.Stderr)
	}
	return string(out), err
}

func (s *wire) reserve(r map[string]any, of string) error {
	args := []string{"reservation", "add"}
	if of != "" {
		args = []string{"reservation", "set", of}
	}
	for key, value := range r {
		args = append(args, "--"+strings.ReplaceAll(key, "_", "-"), fmt.Sprint(value))
	}
	_, err := s.cli(args...)
	return err
}

func (s *wire) unreserve(address string) error {
	_, err := s.cli("reservation", "delete", address)
	return err
}

func (s *wire) reload(file []byte) error {
	if err := s.write(file); err != nil {
		return err
	}
	_, err := s.cli("reload")
	return err
}

func (s *wire) restart(how string) error {
	if how == "kill" {
		s.process.Kill()
	} else if err := s.process.Stop(soon); err != nil {
		return err
	}
	if how == "wipe" {
		if err := os.RemoveAll(filepath.Join(s.dir, "data")); err != nil {
			return err
		}
	}
	return s.boot()
}

func (s *wire) lease(address string) (map[string]string, error) {
	out, err := s.cli("lease", "get", address, "-o", "json")
	if exit := new(exec.ExitError); errors.As(err, &exit) && exit.ExitCode() == 3 {
		return map[string]string{"state": "none"}, nil
	} else if err != nil {
		return nil, err
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(out), &fields); err != nil {
		return nil, fmt.Errorf("lease get: %w in %s", err, out)
	}
	l := map[string]string{}
	for k, v := range fields {
		l[k] = fmt.Sprint(v)
	}
	return l, nil
}

// told waits for news, which travel with the next commit: for one event of the kind, or for as many as are wanted.
func (s *wire) told(kind string, want *int) (n int, err error) {
	for end := time.Now().Add(soon / 10); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		out, err := s.cli("event", "list", "--kind", kind, "-o", "json")
		if err != nil {
			return 0, err
		}
		n = strings.Count(out, `"`+kind+`"`)
		if want == nil && n > 0 || want != nil && n == *want {
			break
		}
	}
	return n, err
}

// tcp sends octets to port 67 from an address, and reads messages until the server hangs up or says no more.
func (s *wire) tcp(from string, payload []byte) (replies []*reply, err error) {
	conn, err := s.dialFrom(from, net.JoinHostPort(s.kase.serverAddr().String(), "67"))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if _, err := conn.Write(payload); err != nil {
		return nil, err
	}
	for {
		var head [2]byte
		_ = conn.SetReadDeadline(time.Now().Add(lull / 2))
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return replies, nil
		}
		b := make([]byte, binary.BigEndian.Uint16(head[:]))
		if _, err := io.ReadFull(conn, b); err != nil {
			return replies, fmt.Errorf("message cut short: %w", err)
		}
		replies = append(replies, &reply{payload: b, streamed: true})
	}
}

// abuse sends a listener a hundred megabytes of nothing, and leaves connections open that say nothing.
func (s *wire) abuse(listener string) error {
	dial := func() (net.Conn, error) { return net.Dial("unix", filepath.Join(s.dir, "leased.sock")) }
	begin := "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n"
	if listener == "http" {
		dial = func() (conn net.Conn, err error) {
			err = s.server.Do(func() error {
				conn, err = net.Dial("tcp4", "127.0.0.1:8067")
				return err
			})
			return conn, err
		}
	}
	for range 20 {
		idle, err := dial()
		if err != nil {
			return err
		}
		defer idle.Close()
		if _, err := idle.Write([]byte(begin[:10])); err != nil {
			return err
		}
	}
	conn, err := dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(soon))
	if _, err := conn.Write([]byte(begin)); err != nil {
		return err
	}
	b := make([]byte, 1<<20)
	for range 100 {
		if _, err := conn.Write(b); err != nil {
			return nil // it had enough
		}
	}
	return nil
}

// close ends the process, which must end in order, and gives the world back.
func (s *wire) close() (err error) {
	if s.process != nil {
		if failed := s.process.Failure(); failed != nil {
			err = fmt.Errorf("%w: %s", failed, strings.Join(s.process.Tail(20), "\n"))
		}
		s.process.Kill() // how it ends in order is for other tests
	}
	os.RemoveAll(s.dir)
	return errors.Join(err, s.giveBack())
}

// boots lets the operator say that a machine is done or may try again, or the machine at an address say so itself.
func (s *wire) boots(what string) error {
	verb, who, _ := strings.Cut(what, " ")
	if verb == "done" {
		return s.done(who)
	}
	_, err := s.cli("boot", verb, machine(who))
	return err
}

// done fetches, from an address, the path that says that the machine there is done.
func (s *wire) done(address string) error {
	conn, err := s.dialFrom(address, net.JoinHostPort(s.kase.serverAddr().String(), "8080"))
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(soon))
	if _, err := io.WriteString(conn, "GET /rollcall/done HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
		return err
	}
	said, err := io.ReadAll(conn)
	if err == nil && !strings.HasPrefix(string(said), "HTTP/1.1 200") {
		err = fmt.Errorf("/rollcall/done: %.200s", said)
	}
	return err
}
