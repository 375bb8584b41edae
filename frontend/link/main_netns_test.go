//go:build netns

package link_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

const inNamespace = "ROLLCALL_TEST_NETNS"

// TestMain runs the tests in a network namespace of their own, which ends with
// the process. All goroutines share it, so the Kernel under test needs to know
// nothing of namespaces.
func TestMain(m *testing.M) {
	if os.Getenv(inNamespace) != "" {
		os.Exit(m.Run())
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread() // Pdeathsig follows the thread
	if err := cmd.Run(); err != nil {
		if _, ok := err.(*exec.ExitError); !ok {
			fmt.Fprintln(os.Stderr, "these tests need root:", err)
		}
		os.Exit(1)
	}
}

// far is a second namespace, where clients and relays live.
type far struct{ ns netns.NsHandle }

// newFar makes a namespace that ends with the test.
func newFar(t *testing.T) *far {
	t.Helper()
	f := &far{}
	onOwnThread(func() {
		home, err := netns.Get()
		if err != nil {
			t.Error(err)
			return
		}
		defer home.Close()
		if f.ns, err = netns.New(); err != nil {
			t.Error(err)
			return
		}
		if err := netns.Set(home); err != nil {
			t.Error(err)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	t.Cleanup(func() { _ = f.ns.Close() })
	return f
}

// onOwnThread runs do on a thread that ends with it, whatever its namespace is
// by then.
func onOwnThread(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread dies with the goroutine
		do()
	}()
	<-done
}

// do runs f in the far namespace. Sockets opened there stay there.
func (f *far) do(t *testing.T, run func() error) {
	t.Helper()
	var err error
	onOwnThread(func() {
		if err = netns.Set(f.ns); err == nil {
			err = run()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// veth joins the namespaces: near stands here, its peer there. Addresses may
// be empty.
func (f *far) veth(t *testing.T, near, nearAddr, peer, peerAddr string) {
	t.Helper()
	attrs := netlink.NewLinkAttrs()
	attrs.Name = near
	must(t, netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: peer, PeerNamespace: netlink.NsFd(f.ns)}))
	t.Cleanup(func() {
		if l, err := netlink.LinkByName(near); err == nil {
			_ = netlink.LinkDel(l)
		}
	})
	must(t, setUp(near, nearAddr))
	f.do(t, func() error {
		if err := setUp(peer, peerAddr); err != nil {
			return err
		}
		return awaitCarrier(peer)
	})
	must(t, awaitCarrier(near))
}

// awaitCarrier waits until the kernel has noticed that the other end is up.
// Until then it drops what is sent without a word.
func awaitCarrier(name string) error {
	for range 1000 {
		l, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		if l.Attrs().OperState == netlink.OperUp {
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return fmt.Errorf("%s has no carrier", name)
}

func setUp(name, addr string) error {
	l, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	if addr != "" {
		a, err := netlink.ParseAddr(addr)
		if err != nil {
			return err
		}
		if err := netlink.AddrAdd(l, a); err != nil {
			return err
		}
	}
	return netlink.LinkSetUp(l)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
