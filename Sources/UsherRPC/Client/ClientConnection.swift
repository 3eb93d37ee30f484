public import NIOCore
import NIOPosix
public import UsherContract

/// One ttrpc connection to a server. Calls and streams of any thread share it; it does not reconnect.
public final class ClientConnection: Sendable {
    private let channel: any Channel
    private let handler: ClientHandler

    private init(channel: any Channel, handler: ClientHandler) {
        self.channel = channel
        self.handler = handler
    }

    /// Connects.
    ///
    /// - Parameters:
    ///   - group: event loops of `NIOPosix`; the connection lives on one of them.
    ///   - tls: encrypts the connection; nil does not.
    ///   - extensions: what the connection does beyond plain ttrpc; nil for nothing.
    /// - Throws: ``TransportError/connectFailed(_:)``.
    public static func connect(
        host: String, port: Int, group: any EventLoopGroup, connectTimeout: Duration, tls: ClientTLS? = nil,
        extensions: ClientExtensions? = nil
    ) async throws -> ClientConnection {
        var bootstrap = ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(clamping: connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.maxMessagesPerRead, value: 1)
        for (option, value) in Keepalive.options { bootstrap = bootstrap.channelOption(option, value: value) }
        do {
            return try await bootstrap.connect(host: host, port: port).flatMap { channel in
                channel.eventLoop.flatSubmit {
                    let encrypted = channel.eventLoop.makePromise(of: Void.self)
                    let handler = ClientHandler(eventLoop: channel.eventLoop, extensions: extensions)
                    do {
                        let pipeline = channel.pipeline.syncOperations
                        if let tls {
                            try pipeline.addHandler(tls.handler(host: host))
                            try pipeline.addHandler(HandshakeHandler(done: encrypted))
                        } else {
                            encrypted.succeed()
                        }
                        try pipeline.addHandler(handler)
                    } catch {
                        encrypted.fail(error)
                        channel.close(promise: nil)
                    }
                    return encrypted.futureResult.map { ClientConnection(channel: channel, handler: handler) }
                }
            }.get()
        } catch {
            throw TransportError.connectFailed("\(error)")
        }
    }

    /// Whether calls can be made. It may change at any time; a call on a closed connection throws
    /// ``TransportError/notSent``.
    public var isOpen: Bool { handler.isOpen }

    /// Makes a call and waits for its answer.
    ///
    /// - Parameters:
    ///   - service: the full name, `usher.vouchers.v1.VoucherService`.
    ///   - payload: the encoded request message.
    ///   - timeout: sent to the server and enforced here as well; nil waits as long as the server allows.
    ///   - metadata: keys in lower case; a key may be there more than once.
    /// - Returns: the encoded response message.
    /// - Throws: `Refusal` where the server said no; ``TransportError`` where there was no answer;
    ///   `CancellationError` where the task was cancelled, after which the call may still be executed; with the
    ///   extensions the server is told.
    public func call(
        service: String, method: String, payload: [UInt8], timeout: Duration?, metadata: [(String, String)]
    ) async throws -> [UInt8] {
        let answer = Answer()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard answer.await(continuation) else { return }
                handler.submit(
                    ClientCall(
                        service: service, method: method, payload: payload, metadata: metadata,
                        deadline: Self.deadline(timeout), answer: answer, completion: answer.give))
            }
        } onCancel: {
            answer.give(.failure(CancellationError()))
            handler.submit(.cancelCall(answer))
        }
    }

    /// Makes a call without a task: for load tools.
    ///
    /// - Parameter completion: is called once, on the connection's event loop or, where the connection takes no calls,
    ///   before this returns. It must not block; calls that it makes are sent together.
    public func call(
        service: String, method: String, payload: [UInt8], timeout: Duration?, metadata: [(String, String)],
        completion: @escaping @Sendable (Result<[UInt8], any Error>) -> Void
    ) {
        handler.submit(
            ClientCall(
                service: service, method: method, payload: payload, metadata: metadata,
                deadline: Self.deadline(timeout), completion: completion))
    }

    private static func deadline(_ timeout: Duration?) -> NIODeadline? {
        timeout.map { .now() + TimeAmount(clamping: $0) }
    }

    /// Begins a streaming call. What goes wrong is thrown by the stream.
    ///
    /// - Parameters:
    ///   - streaming: the method's kind; not unary.
    ///   - request: the encoded request message of a server stream; nil for the other kinds.
    ///   - timeout: for the whole stream, sent to the server and enforced here as well; nil for as long as the server
    ///     allows.
    public func stream(
        service: String, method: String, _ streaming: StreamingKind, request: [UInt8]?, timeout: Duration?,
        metadata: [(String, String)]
    ) -> ClientStream {
        let state = ClientStreamState(
            .init(
                service: service, method: method, streaming: streaming, request: request ?? [], metadata: metadata,
                deadline: Self.deadline(timeout)),
            handler)
        handler.submit(.open(state))
        return ClientStream(state)
    }

    /// Closes the connection. Calls without an answer fail.
    public func close() async {
        // An error says that it is closed already.
        try? await channel.close()
    }
}
