import ArgumentParser
import UsherContract
import UsherRPC

/// What went wrong, for the person at the terminal: one line that says what to do.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Runs a command's work; a refusal is printed as code, reason and message, and ends the process with 1.
func reportingRefusals<Result>(_ work: () async throws -> Result) async throws -> Result {
    do {
        return try await work()
    } catch let refusal as Refusal {
        let reason = refusal.reason.isEmpty ? "" : " \(refusal.reason)"
        StandardError.print("\(refusal.code.name)\(reason): \(refusal.message)")
        for violation in refusal.violations { StandardError.print("  \(violation.field): \(violation.description)") }
        throw ExitCode(1)
    } catch let error as TransportError {
        throw Failure("no answer from the server: \(error). Is it running, and is --address (USHER_ADDRESS) right?")
    }
}
