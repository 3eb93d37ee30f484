import NIOCore
import NIOHPACK
import NIOHTTP2
import UsherContract

/// A streaming call of a connection. Touched only on the event loop.
final class GRPCOpenStream {
    let stream: ServerStream
    let id: HTTP2StreamID
    let streaming: StreamingKind
    var hasHeaders = false
    /// Bytes of messages that were written and have not left yet, because of windows or of the socket.
    var unsent = 0
    /// There may be more to send, when some of ``unsent`` has left.
    var isBlocked = false

    init(_ stream: ServerStream, _ id: HTTP2StreamID, _ streaming: StreamingKind) {
        self.stream = stream
        self.id = id
        self.streaming = streaming
    }
}

// What a stream sends is taken from its queue a little at a time, the next when that has left. So a client that does
// not read one stream costs that stream's own bounded queue; swift-nio-http2 takes frames of all streams in turn.

extension GRPCConnection {
    func open(
        _ id: HTTP2StreamID, _ key: CallKey, method: Int, deadline: NIODeadline, metadata: Metadata
    ) {
        var limits = core.configuration.streamLimits
        // The window of the stream is the limit; no message is smaller than its prefix.
        limits.inboundMessages = RPCLimits.streamWindow
        limits.messageOverhead = MessageReader.prefixSize
        limits.consumedNotice = RPCLimits.streamWindow / 4
        let stream = ServerStream(self, key, limits: limits, census: core.census, account: connection.account)
        streams[key] = GRPCOpenStream(stream, id, core.methods.methods[method].streaming)
        let call = InboundCall(
            method: method, payload: ByteBuffer(), deadline: deadline, metadata: metadata, connection: connection)
        core.handler.begin(call, stream: stream)
        feed(key)
    }

    /// Hands on what came for a stream.
    func feed(_ key: CallKey) {
        while let open = streams[key] {
            switch state.next(key) {
            case .none: return
            case .message(let bytes):
                if let refusal = open.stream.deliver(Array(bytes.readableBytesView)) { return fail(key, refusal) }
            case .halfClosed: open.stream.halfClose()
            case .wrong(let refusal): return fail(key, refusal)
            }
        }
    }

    func attend(_ key: CallKey) {
        guard let open = streams[key] else { return }
        let consumed = open.stream.takeConsumed()
        if consumed > 0, let (id, increment) = state.consumed(key, consumed) {
            write(id, .windowUpdate(windowSizeIncrement: increment))
        }
        pump(key, open)
    }

    private func pump(_ key: CallKey, _ open: GRPCOpenStream) {
        while streams[key] === open {
            let isOpen = state.isOpen(key)
            guard !isOpen || open.unsent < RPCLimits.grpcStreamUnsent else {
                open.isBlocked = true
                return
            }
            guard let outgoing = open.stream.nextOutgoing() else { return }
            switch outgoing {
            // Nobody waits for what a stream sends that is over, only for its end.
            case .message(let message): if isOpen { send(message, key, open) }
            case .end(let result): end(key, open, result)
            }
        }
    }

    private func send(_ message: [UInt8], _ key: CallKey, _ open: GRPCOpenStream) {
        switch state.streamed(key, size: message.count) {
        case .drop: break
        case .refuse(_, let refusal, let mustReset):
            tell(open, refusal, mustReset: mustReset)
            open.stream.fail(refusal)
        case .send:
            guard let context else { return }
            sendHeaders(open)
            let size = message.count
            open.unsent += size
            unsentByStreams += size
            let left = context.eventLoop.makePromise(of: Void.self)
            left.futureResult.assumeIsolated().whenComplete { _ in self.left(size, key, open) }
            write(open.id, .data(.init(data: .byteBuffer(Self.prefixed(message)))), promise: left)
        }
    }

    private func left(_ size: Int, _ key: CallKey, _ open: GRPCOpenStream) {
        open.unsent -= size
        unsentByStreams -= size
        moved += size
        guard open.isBlocked, open.unsent <= RPCLimits.grpcStreamUnsent / 2, let context else { return }
        open.isBlocked = false
        // In a turn of its own: this one may be sending already.
        context.eventLoop.assumeIsolated().execute {
            self.pump(key, open)
            self.finishTurn()
        }
    }

    private func end(_ key: CallKey, _ open: GRPCOpenStream, _ result: Result<[UInt8]?, Refusal>) {
        streams[key] = nil
        guard case .send(_, let mustReset) = state.streamEnded(key) else { return }
        switch result {
        case .failure(let refusal):
            finish(open, GRPCStatus.trailers(refusal, isFirst: !open.hasHeaders), mustReset: mustReset)
        case .success(let payload):
            if open.streaming == .clientStreaming {
                let payload = payload ?? []
                guard payload.count <= RPCLimits.replyPayloadBytes else {
                    return tell(open, .replyTooLarge, mustReset: mustReset)
                }
                sendHeaders(open)
                write(open.id, .data(.init(data: .byteBuffer(Self.prefixed(payload)))))
            }
            sendHeaders(open)
            finish(open, GRPCStatus.ok, mustReset: mustReset)
        }
    }

    /// The stream is over for the client, which is told where it still waits; its task is told too.
    func fail(_ key: CallKey, _ refusal: Refusal) {
        guard let open = streams[key] else { return }
        if case .send(_, let mustReset) = state.fail(key) { tell(open, refusal, mustReset: mustReset) }
        open.stream.fail(refusal)
        pump(key, open)
    }

    private func tell(_ open: GRPCOpenStream, _ refusal: Refusal, mustReset: Bool) {
        core.metrics.refused(refusal.code)
        guard open.unsent == 0 else {
            // Trailers would wait behind messages that the client may never read.
            return write(open.id, .rstStream(refusal.code == .resourceExhausted ? .enhanceYourCalm : .cancel))
        }
        finish(open, GRPCStatus.trailers(refusal, isFirst: !open.hasHeaders), mustReset: mustReset)
    }

    private func sendHeaders(_ open: GRPCOpenStream) {
        guard !open.hasHeaders else { return }
        open.hasHeaders = true
        write(open.id, .headers(.init(headers: GRPCStatus.headers)))
    }

    /// Ends our side, and the client's where it goes on for nothing, when what was sent before has left.
    private func finish(_ open: GRPCOpenStream, _ headers: HPACKHeaders, mustReset: Bool) {
        guard let context else { return }
        var left: EventLoopPromise<Void>?
        if mustReset {
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenSuccess {
                self.context?.eventLoop.assumeIsolated().execute {
                    guard self.state.isKnown(open.id) else { return }
                    self.write(open.id, .rstStream(.noError))
                    self.finishTurn()
                }
            }
            left = promise
        }
        write(open.id, .headers(.init(headers: headers, endStream: true)), promise: left)
    }

    static func prefixed(_ message: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(MessageReader.prefixSize + message.count)
        buffer.writeMultipleIntegers(UInt8(0), UInt32(message.count))
        buffer.writeBytes(message)
        return buffer
    }

    /// Nobody is left to tell.
    func failStreams(_ refusal: Refusal) {
        let open = streams.values
        streams = [:]
        for open in open { open.stream.fail(refusal) }
    }
}
