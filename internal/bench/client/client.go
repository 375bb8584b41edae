package client

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/ipv4"

	"rollcall/internal/lab"
)

// Patience is how long an answer may take.
const Patience = time.Second

const (
	port   = 67
	batch  = 64 // datagrams of one system call
	buffer = 16 << 20
)

// Client is a relay agent with machines behind it.
type Client struct {
	conn   *net.UDPConn
	packet *ipv4.PacketConn
	server *net.UDPAddr
	relay  netip.Addr

	first   uint64 // hardware address of the first machine
	leases  []held // by machine
	session uint32 // of the last run: answers to an earlier one are of no interest
}

// held is the lease of a machine.
type held struct {
	address [4]byte
	ok      bool
}

// Open makes a relay agent on a host, at the address relay of its interface. The
// machines have hardware addresses from first on.
func Open(host *lab.Host, relay, server netip.Addr, first uint64, machines int) (*Client, error) {
	c := &Client{relay: relay, first: first, leases: make([]held, machines), server: net.UDPAddrFromAddrPort(netip.AddrPortFrom(server, port))}
	err := host.Do(func() (err error) {
		c.conn, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(relay, port)))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open the socket of the relay: %w", err)
	}
	if err := c.conn.SetReadBuffer(buffer); err != nil {
		return nil, fmt.Errorf("set the receive buffer: %w", err)
	}
	c.packet = ipv4.NewPacketConn(c.conn)
	return c, nil
}

// Close closes the socket.
func (c *Client) Close() error { return c.conn.Close() }

// Held returns how many machines have a lease that was acknowledged.
func (c *Client) Held() int {
	n := 0
	for _, l := range c.leases {
		if l.ok {
			n++
		}
	}
	return n
}

// write sends messages, all of them.
func (c *Client) write(ms []ipv4.Message) error {
	for len(ms) > 0 {
		n, err := c.packet.WriteBatch(ms, 0)
		if err != nil {
			return fmt.Errorf("send: %w", err)
		}
		ms = ms[n:]
	}
	return nil
}

// messages are buffers for a batch.
func (c *Client) messages() []ipv4.Message {
	ms := make([]ipv4.Message, batch)
	for i := range ms {
		ms[i].Buffers = [][]byte{make([]byte, datagram)}
		ms[i].Addr = c.server
	}
	return ms
}
