import NIOCore

/// What a connection does that plain ttrpc cannot; see proto/PROTOCOL.md. A server that does not know the extensions
/// ignores them, and then they do nothing.
public struct ClientExtensions: Sendable {
    /// How long the connection may be silent, while an answer is due, before the server is asked for a sign of life;
    /// as long again without one, and the connection is closed.
    public var keepaliveInterval: Duration

    public init(keepaliveInterval: Duration = .seconds(20)) { self.keepaliveInterval = keepaliveInterval }
}

/// What is known of the server's life.
struct KeepaliveState {
    /// The server has answered a ping, so that silence says something.
    private(set) var isKnown = false
    private var isSilent = false
    private var isAsked = false
    var timer: Scheduled<Void>?

    mutating func received() { (isSilent, isAsked) = (false, false) }

    mutating func ponged() { isKnown = true }

    enum Verdict { case alive, ask, dead }

    /// An interval has passed.
    mutating func intervalPassed(isWaiting: Bool) -> Verdict {
        guard isKnown, isWaiting else {
            received()
            return .alive
        }
        defer { (isSilent, isAsked) = (true, isAsked || isSilent) }
        if isSilent, isAsked { return .dead }
        return isSilent ? .ask : .alive
    }

    mutating func end() {
        timer?.cancel()
        timer = nil
    }
}

extension ClientHandler {
    /// Looks at the server's life once in each interval.
    func keepAlive() {
        guard let extensions, context != nil else { return }
        keepalive.timer = eventLoop.scheduleTask(in: TimeAmount(clamping: extensions.keepaliveInterval)) {
            self.intervalPassed()
        }
    }

    private func intervalPassed() {
        guard let context else { return }
        // While a stream is in the way nothing is read, and silence says nothing.
        let isWaiting = !streams.isPaused && !(pending.isEmpty && streams.isEmpty)
        switch keepalive.intervalPassed(isWaiting: isWaiting) {
        case .alive: break
        case .ask:
            var buffer = ByteBuffer()
            ExtensionFrame.write(.ping, to: &buffer)
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        case .dead: return context.close(promise: nil)
        }
        keepAlive()
    }
}
