// Package deliver makes webhooks of queued events: it builds the document, signs it, posts it, and decides what an answer means.
//
// # The document
//
// One JSON object with the attribute names of CloudEvents 1.0 in structured mode. Keys that do not apply are left out; names and
// meanings of keys do not change, new ones may be added.
//
//	{
//	  "specversion": "1.0",
//	  "id": "5021-1796119200000000",
//	  "source": "//gate.example.org/rollcall",
//	  "type": "client.unknown",
//	  "subject": "52:54:00:12:34:56",
//	  "time": "2026-12-01T10:00:00Z",
//	  "datacontenttype": "application/json",
//	  "data": {
//	    "sequence": 5021,
//	    "machine": {
//	      "hardware": "52:54:00:12:34:56",
//	      "randomised": true,
//	      "client_id": "01525400123456",
//	      "hostname": "laptop",
//	      "vendor_class": "MSFT 5.0",
//	      "relay": "10.20.0.1",
//	      "circuit_id": "ge-0/0/7",
//	      "remote_id": "hex:0a0b",
//	      "vendor": "Example Networks"
//	    },
//	    "link": "gate/eth1",
//	    "subnet": "lobby",
//	    "address": "10.99.0.50",
//	    "lease_seconds": 120,
//	    "expires": "2026-12-01T10:02:00Z",
//	    "reason": "no-reservation",
//	    "pool": "10.99.0.50-10.99.0.250",
//	    "reservation": "r17",
//	    "previous_address": "10.99.0.60",
//	    "extra": {
//	      "owner": "desk 7"
//	    },
//	    "annotations": {
//	      "rack": "12"
//	    },
//	    "boot": {
//	      "firmware": "uefi-x64",
//	      "file": "http://10.20.0.1:8080/boot/52-54-00-12-34-56.ipxe",
//	      "server": "10.20.0.1",
//	      "stage": "script",
//	      "uuid": "5b3dc9a1-0c8e-4c5a-9a1b-3f2d1e0c9b8a",
//	      "ipxe": true,
//	      "rule": "boot.ipxe (rollcall.yaml:12)",
//	      "port": 67
//	    }
//	  }
//	}
//
// Extra is what the machine's reservation carries for its registration system: of reservation events, and of leases granted or
// renewed to a machine that has a reservation.
//
// Annotations are what the operator's policy adds to the event, text by name.
//
// Boot is what a machine that boots from the network was told to fetch: in boot events, where no file means nothing, and the reason
// says why. In server.foreign machine and address are those of the other server, and boot has the file that it names.
//
// A lease without end has lease_seconds 4294967295, as DHCP says it, and no expires.
//
// The id is the same at every endpoint and in every attempt. Times are RFC 3339 in UTC.
//
// # The request
//
// POST with content-type application/cloudevents+json and the headers of Standard Webhooks 1.0: webhook-id (one for each event
// and endpoint, the same in every attempt; remember it to recognise a repetition), webhook-timestamp (unix seconds of the attempt)
// and webhook-signature, which is "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body", once for every secret, separated
// by spaces. HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured.
//
// # The answer
//
//	2xx                       delivered
//	410                       the receiver wants no more: nothing is sent to the endpoint until the configuration is
//	                          loaded again or webhookd restarts; what is queued stays queued
//	429, 502, 503, 504,
//	no answer, no connection  failed, and the endpoint is held back
//	anything else             failed; redirects are not followed
//
// A failed delivery is tried again after a random time that grows from one second to ten minutes ([Next]), or after Retry-After
// if that is longer (at most an hour). One that has failed for the endpoint's whole retry window becomes a dead letter.
//
// An endpoint that is held back, or that failed ten times in a row, gets one request at a time, the next no later than a minute
// after the last unless Retry-After asks for more; its first success releases everything that waits. So an endpoint that is down costs one request a minute
// however much is queued for it. While it is held back, deliveries older than the window become dead letters untried.
//
// # Order and independence
//
// The queue hands out one delivery of a machine at a time, so a machine's events arrive in order, and [Fleet] runs up to eight
// attempts for each endpoint side by side. Every endpoint has its own workers, connections and timers.
//
// # Failure
//
// At least once: a receiver that answers while this process dies gets the delivery again. An error of the queue ends
// [Fleet.Run]; nothing else does.
package deliver
