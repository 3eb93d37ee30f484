public import SwiftProtobuf
public import UsherAPI
public import UsherContract

/// What the generated stubs need of a connection for streaming methods.
public protocol StreamTransport: Sendable {
    /// Sends one request; the responses come as they are asked for.
    ///
    /// - Throws: the transport's own errors where no connection could be made. What the server refuses is thrown by the
    ///   stream.
    func serverStream<Request, Response>(
        _ method: TypedMethod<Request, Response>, _ request: Request, options: CallOptions
    ) async throws -> ResponseStream<Response>

    /// Begins a call with many requests and one response.
    func clientStream<Request, Response>(
        _ method: TypedMethod<Request, Response>, options: CallOptions
    ) async throws -> RequestStream<Request, Response>

    /// Begins a call with many requests and many responses.
    func bidirectional<Request, Response>(
        _ method: TypedMethod<Request, Response>, options: CallOptions
    ) async throws -> MessageExchange<Request, Response>
}

extension UnaryTransport {
    /// The transport of streaming methods.
    ///
    /// - Throws: UNIMPLEMENTED `STREAMING_UNSUPPORTED` where this transport has none.
    public var streams: any StreamTransport {
        get throws {
            guard let streams = self as? any StreamTransport else {
                throw Refusal(.unimplemented, "STREAMING_UNSUPPORTED", "This transport has no streams.")
            }
            return streams
        }
    }
}

/// The responses of a server stream, one after the other. The call ends with the last one, or when nobody holds the
/// stream any more; the server waits while responses are not taken.
public struct ResponseStream<Response: Message>: AsyncSequence, Sendable {
    let call: StreamCall

    public struct AsyncIterator: AsyncIteratorProtocol {
        let call: StreamCall

        /// - Throws: `Refusal` where the server has ended the stream with one; `TransportError` where the connection
        ///   was lost; `CancellationError`.
        public mutating func next() async throws -> Response? {
            guard let bytes = try await call.stream.receive() else { return nil }
            return try Response(serializedBytes: bytes)
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(call: call) }
}

/// A client stream: requests are sent one after the other, and the response comes at the end.
public struct RequestStream<Request: Message, Response: Message>: Sendable {
    let call: StreamCall

    /// Sends a request; waits while the server does not read.
    public func send(_ request: Request) async throws { try await call.stream.send(request.serializedBytes()) }

    /// Sends no more, and waits for the response.
    public func finish() async throws -> Response {
        call.stream.closeSend()
        guard let bytes = try await call.stream.receive() else { throw Refusal.replyMissing }
        return try Response(serializedBytes: bytes)
    }
}

/// A call in which both sides send as they like.
public struct MessageExchange<Request: Message, Response: Message>: Sendable {
    let call: StreamCall

    /// The responses, as they come.
    public var responses: ResponseStream<Response> { ResponseStream(call: call) }

    /// Sends a request; waits while the server does not read.
    public func send(_ request: Request) async throws { try await call.stream.send(request.serializedBytes()) }

    /// Sends no more. Responses may go on.
    public func finishSending() { call.stream.closeSend() }
}

extension Refusal {
    fileprivate static let replyMissing = Refusal(
        .internalError, "REPLY_MISSING", "The server has ended the call without its reply.")
}
