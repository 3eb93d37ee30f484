import Logging
import NIOCore
import UsherContract

/// Connections that are none of ours: each is counted, and of each kind one is told in a minute.
struct ForeignLog: Sendable {
    enum Kind: Sendable {
        case unknownBytes, unexpectedTLS, unencrypted, handshake, frame, noPlace, tooMuchWork
    }

    let logger: Logger
    let metrics: TransportMetrics
    private let lines = LogThrottle<Kind>()

    func note(_ kind: Kind, _ message: String, peer: String, _ more: Logger.Metadata = [:]) {
        (kind == .noPlace ? metrics.connectionsRejected : metrics.connectionsForeign).increment()
        guard let untold = lines.admit(kind) else { return }
        var metadata = more
        metadata["peer"] = "\(peer)"
        if untold > 0 { metadata["untold"] = "\(untold)" }
        logger.info("\(message)", metadata: metadata)
    }
}
