internal import SwiftProtobuf
public import UsherContract

/// The domain that gives our reasons their meaning. Source: AIP-193.
private let errorDomain = "usher"

extension Refusal {
    /// The refusal as an encoded `google.rpc.Status`: one `ErrorInfo`, and `BadRequest` and `RetryInfo` where there is
    /// something to say in them.
    public func statusBytes() -> [UInt8] {
        // The same refusal is the same bytes.
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        var status = Google_Rpc_Status()
        status.code = code.rawValue
        status.message = message
        var details: [any Message] = [
            Google_Rpc_ErrorInfo.with {
                $0.reason = reason
                $0.domain = errorDomain
                $0.metadata = metadata
            }
        ]
        if !violations.isEmpty {
            details.append(
                Google_Rpc_BadRequest.with {
                    $0.fieldViolations = violations.map { violation in
                        .with {
                            $0.field = violation.field
                            $0.description_p = violation.description
                        }
                    }
                })
        }
        if let retryAfter { details.append(Google_Rpc_RetryInfo.with { $0.retryDelay = .init(retryAfter) }) }
        do {
            status.details = try details.map { detail in
                try .with {
                    $0.typeURL = "type.googleapis.com/\(type(of: detail).protoMessageName)"
                    $0.value = try detail.serializedBytes(options: options)
                }
            }
            return try status.serializedBytes(options: options)
        } catch {
            // Only a missing required field or a size beyond 2 GiB can fail, and neither can occur here.
            preconditionFailure("a status is always encodable: \(error)")
        }
    }

    /// The same in at most about `limit` bytes: without its details where it would be larger, and the rest shortened.
    func statusBytes(limit: Int) -> [UInt8] {
        let whole = statusBytes()
        guard whole.count > limit else { return whole }
        let length = min(RPCLimits.shortenedMessage, limit / 16)
        return Refusal(
            code, String(reason.prefix(length)), String(message.prefix(length)), retryAfter: retryAfter
        ).statusBytes()
    }

    /// Reads an encoded `google.rpc.Status`, ours or another server's.
    ///
    /// Without an `ErrorInfo` the reason is empty; a code that is not known becomes ``StatusCode/unknown``.
    ///
    /// - Returns: nil where the status is OK.
    /// - Throws: SwiftProtobuf's error where the bytes are no status.
    public static func decode(statusBytes: some Collection<UInt8>) throws -> Refusal? {
        let status = try Google_Rpc_Status(serializedBytes: Array(statusBytes))
        let code = StatusCode(rawValue: status.code) ?? .unknown
        guard code != .ok else { return nil }
        var refusal = Refusal(code, "", status.message)
        for detail in status.details {
            if detail.isA(Google_Rpc_ErrorInfo.self) {
                let info = try Google_Rpc_ErrorInfo(unpackingAny: detail)
                refusal.reason = info.reason
                refusal.metadata = info.metadata
            } else if detail.isA(Google_Rpc_BadRequest.self) {
                refusal.violations = try Google_Rpc_BadRequest(unpackingAny: detail).fieldViolations.map {
                    FieldViolation(field: $0.field, description: $0.description_p)
                }
            } else if detail.isA(Google_Rpc_RetryInfo.self) {
                refusal.retryAfter = Duration(try Google_Rpc_RetryInfo(unpackingAny: detail).retryDelay)
            }
        }
        return refusal
    }
}

extension Google_Protobuf_Duration {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(seconds: seconds, nanos: Int32(attoseconds / 1_000_000_000))
    }
}

extension Duration {
    fileprivate init(_ duration: Google_Protobuf_Duration) {
        self = .seconds(duration.seconds) + .nanoseconds(Int64(duration.nanos))
    }
}
