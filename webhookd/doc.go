// Package webhookd tells others what leased has decided: it follows leased's event log and delivers each event to the HTTP
// endpoints that want it, signed, at least once and in order for each machine.
//
//	leased ──events──▶ follow ──one transaction with the cursor──▶ queue (bbolt) ──▶ deliver ──POST──▶ endpoints
//	                                                                 ▲
//	                                            service (gRPC): list, replay, drop
//
// This package is wiring only. It owns data_dir/webhookd.db and its gRPC listener, opens no other file but the secrets, and touches
// no DHCP answer: leased neither waits for it nor knows it.
//
// Everything that matters is on disk before it is acted on, so the process may be killed at any moment. It ends itself when a
// commit fails, because what is on disk is then unknown; started again, it reads that and goes on.
package webhookd
