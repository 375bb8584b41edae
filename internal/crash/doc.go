// Package crash proves that what a client was acknowledged outlives the death of every process. It holds no code of its own but
// tests.
//
// TestCrash starts the services on real sockets in network namespaces, apart and as `rollcall up`, lets thousands of machines lease,
// renew, reboot, release, decline and forget as fast as they are answered, and ends processes with SIGKILL at random moments: leased,
// frontend, webhookd, all of them at once, and now and then one that has only just been started. It knows nothing of how leases are
// stored. The clients write down what they were told (ledger), and after every start it is compared with what the services
// say through their API:
//
//   - no lease that was acknowledged, has not run out and was not given back is missing, belongs to somebody else or ends earlier
//     than its client was told;
//   - no address was acknowledged to two clients for the same time, by the clients' own clocks and by the event log;
//   - the log has no gaps, never changes what it once said, tells of every lease that a client got, and adds up to the leases there
//     are;
//   - webhooks arrive for every event, in order for each machine, and a repetition has the id of the first.
//
// In the end everything is killed once more and the same is asked of leased alone, on a cold start after the kill and after an
// orderly end.
//
// A test that finds nothing proves little, so the checks have controls: TestChecks plants every fault that they look for, and
// TestOldDatabase lays an older database in place of the current one while leased is down.
//
//	make crash                                   the long run, with a summary
//	make crash CRASH_KILLS=50 CRASH_SEED=7       the same choices again; the moments still differ
package crash
