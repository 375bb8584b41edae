package config

import (
	"fmt"
	"net"
	"strconv"
)

func readObserve(v value) Observe {
	m := v.mapping()
	listen := m.get("listen")
	o := Observe{Listen: readHTTP(listen, "127.0.0.1:8067")}
	places := map[string]listener{}
	for i, own := range []struct {
		key string
		to  *string
	}{{"frontend", &o.Frontend}, {"leased", &o.Leased}, {"webhookd", &o.Webhookd}} {
		key := m.get(own.key)
		*own.to = readHTTP(key, portAfter(o.Listen, i+1))
		if *own.to == "" && key.node == nil && o.Listen != "" {
			listen.fail("choose a port up to 65532", "the ports after %s are for the services one by one, and there are too few", o.Listen)
			break
		}
		if other, taken := places[*own.to]; taken && *own.to != "" {
			key.doc.addAt(key.pos, "give it another port", "observe.%s %s is already %s (line %d)", own.key, *own.to, other.key, other.pos.Line)
		}
		places[*own.to] = listener{key: "observe." + own.key, pos: key.pos}
	}
	m.done()
	return o
}

// readHTTP reads host:port; an empty text is none.
func readHTTP(v value, fallback string) string {
	return read(v, fallback, func(s string) (string, *problem) {
		if s == "" {
			return "", nil
		}
		if p := checkHostPort(s, true); p != nil {
			return "", &problem{p.msg, fmt.Sprintf(`%s, or "" for none`, p.hint)}
		}
		return s, nil
	})
}

// portAfter returns host:port with a port that many higher, or "" when there is none.
func portAfter(listen string, n int) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return ""
	}
	p, err := strconv.Atoi(port)
	if err != nil || p+n > 65535 {
		return ""
	}
	return net.JoinHostPort(host, strconv.Itoa(p+n))
}

func readLog(v value) Log {
	m := v.mapping()
	l := Log{
		Level:  oneOf(m.get("level"), "info", "debug", "warn", "error"),
		Format: oneOf(m.get("format"), "text", "json"),
	}
	m.done()
	return l
}
