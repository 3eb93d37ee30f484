/// A "no" that the caller is told in full: code, stable reason, message.
///
/// Clients branch on ``code`` and ``reason`` and never parse ``message``. On the wire it is a `google.rpc.Status`
/// with exactly one `ErrorInfo` (domain `usher`), a `BadRequest` where there are ``violations`` and a `RetryInfo`
/// where there is a ``retryAfter``. Source: Google AIP-193.
///
/// Any error that is not a `Refusal` is hidden from callers behind INTERNAL and an opaque id.
public struct Refusal: Error, Sendable, Hashable {
    /// The canonical code; never ``StatusCode/ok``.
    public var code: StatusCode
    /// The stable reason, `UPPER_SNAKE`, at most 63 characters.
    public var reason: String
    /// For people: what went wrong and what to do. Free to change between releases.
    public var message: String
    /// Machine-readable details, sent as `ErrorInfo.metadata`.
    public var metadata: [String: String]
    /// What is wrong with which field; only with ``StatusCode/invalidArgument``.
    public var violations: [FieldViolation]
    /// How long to wait before the same call may succeed; nil where a retry does not help.
    public var retryAfter: Duration?

    public init(
        _ code: StatusCode, _ reason: String, _ message: String, metadata: [String: String] = [:],
        violations: [FieldViolation] = [], retryAfter: Duration? = nil
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.metadata = metadata
        self.violations = violations
        self.retryAfter = retryAfter
    }
}

/// One field of a request that cannot be accepted.
public struct FieldViolation: Sendable, Hashable {
    /// The path of the field as in the proto: `voucher.scope.asset_ids`.
    public var field: String
    /// What the field must be.
    public var description: String

    public init(field: String, description: String) {
        self.field = field
        self.description = description
    }
}
