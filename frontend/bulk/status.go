package bulk

// status is the code of a status-code option (151, RFC 6926 §6.2.2).
type status uint8

const (
	success         status = 0
	unspecFail      status = 1
	queryTerminated status = 2
	malformedQuery  status = 3
	notAllowed      status = 4
	tlsRefused      status = 8 // RFC 7724 §6.2.1
)

// statuses are those that end a query, with their names as labels.
var statuses = map[status]string{
	success: "success", unspecFail: "unspec-fail", queryTerminated: "query-terminated", malformedQuery: "malformed-query",
	notAllowed: "not-allowed",
}
