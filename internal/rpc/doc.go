// Package rpc is the gRPC server and client of every rollcall service: where they listen, who may call what, how long a call may
// take and how a failure travels.
//
// # Trust
//
// A unix socket has mode 0660: whoever may open it has every role, so its group is the access list. TCP means mutual TLS 1.3,
// without exception, and a certificate's name (subject common name or DNS subject alternative name) has the roles that the
// configuration gives it. Each gRPC service, and where needed a single method, has a list of roles that may call it; a service
// without one cannot be registered. A caller in the process of the server, connected by a [Local], has every role too: it could
// take by force what it was refused. Health and reflection are always served, to any caller with at least one role.
//
// Certificate, key and authorities are read again when their files change, looked at no more than once a second and only when a
// peer connects; files that cannot be used leave the old ones in force, because rotation writes them one after the other.
//
// # Failures
//
// A handler returns a *fault.Error, and the caller gets an equal one: code and reason travel as google.rpc.ErrorInfo in the
// domain "rollcall", the field as google.rpc.BadRequest. Everything else a handler returns, and every panic, is logged and
// crosses the wire as INTERNAL without its text. On the caller's side all errors of a call are faults: a peer out of reach is
// fault.Unavailable with [ReasonUnreachable] and says what to start; a deadline also matches context.DeadlineExceeded and a
// cancelled call context.Canceled.
//
// # Time
//
// A unary call without a deadline gets one, ten seconds at the caller and thirty at the server. Streams have none. A connection
// that broke is made again after at most one second.
//
// # Shutdown
//
// When the context of [Server.Run] ends, health turns NOT_SERVING and nothing new is accepted; streams that only send (watches)
// have their context cancelled at once, since they never end by themselves; other calls have one and a half seconds, less than
// internal/daemon waits for a task, to finish before their connections are closed.
//
// A Server and a connection are safe for concurrent use. The package makes no decision about DHCP and holds no state but
// connections.
package rpc
