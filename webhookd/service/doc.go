// Package service is webhookd's gRPC API. It translates between webhookd.v1 and the queue and decides nothing. Safe for concurrent
// use.
package service
