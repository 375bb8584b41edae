// Package recorded turns a packet capture into messages for the engine: what a frontend would have sent to leased, with the times of the
// capture, and besides that what the capture shows of the servers and subnets around.
//
// Messages are read by the codec of the frontend and refused under its reasons. A message that was caught twice, as it is on a bridge or
// with the interface "any", counts once.
package recorded
