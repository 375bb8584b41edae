// Package policytest runs the tests that operators write for their policies: the functions of a file whose names begin with test_, each
// without parameters.
//
//	def test_phone_gets_its_boot_server():
//	    request = test.discover(mac = "00:08:5d:01:02:03", vendor_class = "AastraIPPhone55i")
//	    answer = test.reply(options = {"routers": ["192.0.2.1"]})
//	    reply(request, test.lease(), answer)
//	    test.eq(answer.options["tftp-server-name"], "192.0.2.5")
//
// What the module test builds is what hooks are given in service: requests, leases, replies, reservations and events of package value,
// over messages and answers of the engine that are made from keyword arguments. What is left out has a plain default from 192.0.2.0/24
// (TEST-NET-1, RFC 5737), the same in every run. No message is sent and no address is given.
//
// In service the module is there too, so that a file with tests loads; its functions fail there ([Unusable]).
//
// A test has a budget of its own, larger than that of a hook, since it calls hooks as plain functions. Where a stretch of a test between
// two calls of the module takes more than half of what a hook may take, the result says so.
package policytest
