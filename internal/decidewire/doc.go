// Package decidewire encodes and decodes the two messages of leased.v1.DecisionService/Decide without allocating: every DHCP
// message crosses that stream as a Query and comes back as an Answer, and protobuf's own decoder makes several objects of each.
//
// The bytes are those of the protocol buffers encoding, so that either side may use any other implementation. [Codec] leaves all
// other messages to protobuf.
//
// Decoding fills the message that it is given: elements of its lists and the memory of their byte fields are used again. Who
// receives into one message again and again, with RecvMsg, allocates nothing once that has grown to the size of its traffic, and
// must copy what is to outlive the next call. A message never shares memory with anything but itself, so that one that is received
// into once, as Recv does, belongs to the receiver altogether.
//
// Fields that are not in the .proto are skipped and not kept. Malformed input is an error; what it makes us allocate is bounded by
// what is really there, never by a length that it claims.
package decidewire
