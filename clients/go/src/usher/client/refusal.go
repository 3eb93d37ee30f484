package client

import (
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Refusal is a "no" of the server. Branch on Code and Reason; Message is for people and may change.
type Refusal struct {
	// Code is the canonical code, such as codes.FailedPrecondition.
	Code codes.Code
	// Reason is stable: VOUCHER_USED. The methods' comments in proto/ list theirs.
	Reason string
	// Message says for people what went wrong and what to do.
	Message string
	// Metadata has details for programs; may be nil.
	Metadata map[string]string
	// Violations has what is wrong with which field, by the field's path; only with codes.InvalidArgument.
	Violations map[string]string
	// RetryAfter is how long to wait before the same call may succeed; 0 where a retry does not help.
	RetryAfter time.Duration
}

// RefusalOf returns the refusal that err holds; false for errors that are not the server's answer, such as
// ttrpc.ErrClosed and context.DeadlineExceeded.
func RefusalOf(err error) (Refusal, bool) {
	answer, ok := status.FromError(err)
	if !ok || answer.Code() == codes.OK {
		return Refusal{}, false
	}
	refusal := Refusal{Code: answer.Code(), Message: answer.Message()}
	for _, detail := range answer.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			refusal.Reason, refusal.Metadata = detail.Reason, detail.Metadata
		case *errdetails.BadRequest:
			refusal.Violations = map[string]string{}
			for _, violation := range detail.FieldViolations {
				refusal.Violations[violation.Field] = violation.Description
			}
		case *errdetails.RetryInfo:
			delay := detail.GetRetryDelay()
			refusal.RetryAfter = time.Duration(delay.GetSeconds())*time.Second + time.Duration(delay.GetNanos())
		}
	}
	return refusal, true
}
