package rpc

// How many bytes may be under way each way (RFC 9113 §5.2). Left alone, gRPC measures what the line can hold by a ping with almost
// every message that it receives, and on a line without delay that is four more frames for each pair of small messages. A stream
// with a mebibyte under way moves ten megabytes a second at 100 ms, and a reader that is slow holds no more than that.
const (
	streamWindow = 1 << 20
	connWindow   = 4 << 20
)
