import Logging
import UsherContract
import UsherStorage

/// Decides what a caller is told of an error: a Refusal in full, and of anything else an opaque id, under which the
/// log has the rest.
struct ErrorReporter: Sendable {
    let logger: Logger
    let ambient: Ambient

    func refusal(for error: any Error, in method: MethodDescriptor) -> Refusal {
        if let refusal = error as? Refusal { return refusal }
        var number: UInt64 = 0
        withUnsafeMutableBytes(of: &number) { ambient.fillRandom($0) }
        let id = String(number, radix: 36)
        logger.error(
            "call failed", metadata: ["id": "\(id)", "method": "\(method.fullName)", "error": "\(error)"])
        return Refusal(
            .internalError, "INTERNAL", "Something went wrong here. Tell the operator this id: \(id).",
            metadata: ["id": id])
    }
}
