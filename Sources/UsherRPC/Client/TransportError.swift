/// Why a call has no answer from the server. What the server itself refuses is a `Refusal` and not one of these.
public enum TransportError: Error, Sendable, Hashable {
    /// No connection could be made.
    case connectFailed(String)
    /// The connection was closed before the call was written to it.
    case notSent
    /// The connection was lost after the call was written to it.
    case connectionLost
    /// The caller's own time limit passed.
    case timedOut
    /// The call would not fit in a frame of 4 MiB.
    case requestTooLarge
    /// The connection has too many unanswered calls.
    case tooManyCalls
    /// The stream has ended, and takes no more messages.
    case streamEnded
    /// The server's answer was no ttrpc Response.
    case malformedReply

    /// Whether the server certainly did not begin the call, so that making it again cannot do it twice.
    public var isCertainlyNotExecuted: Bool {
        switch self {
        case .connectFailed, .notSent, .requestTooLarge, .tooManyCalls: true
        case .connectionLost, .timedOut, .streamEnded, .malformedReply: false
        }
    }

    /// Whether another connection may do better.
    public var isConnectionFailure: Bool {
        switch self {
        case .connectFailed, .notSent, .connectionLost: true
        case .timedOut, .requestTooLarge, .tooManyCalls, .streamEnded, .malformedReply: false
        }
    }
}

extension TransportError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .connectFailed(let reason): "cannot connect: \(reason)"
        case .notSent: "the connection was closed before the call was sent"
        case .connectionLost: "the connection was lost before the answer came"
        case .timedOut: "the call's time limit passed"
        case .requestTooLarge: "the call is larger than a frame may be"
        case .tooManyCalls: "too many calls of this connection are unanswered"
        case .streamEnded: "the stream has ended"
        case .malformedReply: "the answer is no ttrpc response"
        }
    }
}
