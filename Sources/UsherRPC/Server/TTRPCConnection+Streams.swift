import NIOCore
import UsherContract

/// A stream of a connection, with what the wire needs to know of it.
struct OpenStream {
    let stream: ServerStream
    let streamID: UInt32
    let streaming: StreamingKind
}

// What streams send goes out in batches, one message of each stream in turn, and a batch is not begun before the one
// in front has left. So a reply never waits behind more than a batch, a stream that is not read costs its own bounded
// queue, and what streams send does not bring the connection to its high-water mark, past which it is not read.

extension TTRPCConnection {
    func begin(
        _ streamID: UInt32, _ key: CallKey, _ streaming: StreamingKind, method: Int, _ envelope: RequestEnvelope,
        _ deadline: NIODeadline
    ) {
        let stream = ServerStream(
            self, key, limits: core.configuration.streamLimits, census: core.census, account: connection.account,
            budget: inboundBudget)
        streams[key] = OpenStream(stream: stream, streamID: streamID, streaming: streaming)
        let payload = envelope.payload
        // Clients open a stream of requests without a message; an empty payload is none there.
        if streaming == .serverStreaming || payload.readableBytes > 0 {
            if let refusal = stream.deliver(Array(payload.readableBytesView)) {
                core.metrics.refused(refusal.code)
                return stream.finish(.failure(refusal))
            }
        }
        if streaming == .serverStreaming { stream.halfClose() }
        let call = InboundCall(
            method: method, payload: ByteBuffer(), deadline: deadline, metadata: envelope.metadata,
            connection: connection)
        core.handler.begin(call, stream: stream)
    }

    func take(_ input: ConnectionState.StreamInput, _ streamID: UInt32, _ body: ByteBuffer) {
        guard let stream = streams[input.key]?.stream else { return }
        if input.isMessage, let refusal = stream.deliver(Array(body.readableBytesView)) {
            state.failStream(streamID)
            refuse(refusal, streamID)
            return fail(input.key, refusal)
        }
        switch input.ending {
        case .open: break
        case .halfClosed: stream.halfClose()
        case .failed(let refusal):
            refuse(refusal, streamID)
            fail(input.key, refusal)
        }
    }

    /// Tells a stream's task that the stream is over. The client knows, or is gone.
    func fail(_ key: CallKey, _ refusal: Refusal) {
        streams[key]?.stream.fail(refusal)
        attend(key)
    }

    func attend(_ key: CallKey) {
        guard let open = streams[key] else { return }
        guard !state.isOpen(key, open.streamID) else { return ready.append(key) }
        // Nobody waits for what it sends, only for its end.
        while let outgoing = open.stream.nextOutgoing() {
            if case .end = outgoing { end(key, open, .success(nil)) }
        }
    }

    /// Prepares one batch of what streams have to send.
    func takeFromStreams(_ context: ChannelHandlerContext) {
        guard !ready.isEmpty, !isBatchLeaving, state.isWritable else { return }
        var size = 0
        while size < RPCLimits.streamBatch, let key = ready.popFirst() {
            guard let open = streams[key], let outgoing = open.stream.nextOutgoing() else { continue }
            ready.append(key)
            switch outgoing {
            case .message(let message):
                size += FrameHeader.size + message.count
                send(message, key, open)
            case .end(let result): end(key, open, result)
            }
        }
        guard size > 0 else { return }
        isBatchLeaving = true
        let left = context.eventLoop.makePromise(of: Void.self)
        left.futureResult.assumeIsolated().whenComplete { _ in self.batchLeft() }
        outgoing.mark(context, left)
    }

    private func batchLeft() {
        isBatchLeaving = false
        // In a turn of its own, so that other connections have theirs.
        if let context, !ready.isEmpty { context.eventLoop.assumeIsolated().execute { self.finishTurn() } }
    }

    private func send(_ message: [UInt8], _ key: CallKey, _ open: OpenStream) {
        switch state.streamed(key, open.streamID, size: message.count) {
        case .send(let streamID): outgoing.append(message: message, streamID, context)
        case .refuse(let streamID, let refusal):
            refuse(refusal, streamID)
            fail(key, refusal)
        case .drop: break
        }
    }

    private func end(_ key: CallKey, _ open: OpenStream, _ result: Result<[UInt8]?, Refusal>) {
        streams[key] = nil
        guard state.streamEnded(key, open.streamID) else { return }
        switch result {
        case .failure(let refusal): outgoing.append(refusal, open.streamID, context)
        case .success where open.streaming != .clientStreaming: outgoing.appendEnd(open.streamID)
        case .success(let payload):
            let payload = payload ?? []
            guard payload.count <= RPCLimits.replyPayloadBytes else { return refuse(.replyTooLarge, open.streamID) }
            outgoing.append(payload, open.streamID, context)
        }
    }

    /// The time for the streams that are left is over: their clients are told.
    func cutStreams() {
        for open in streams.values where state.failStream(open.streamID) != nil { refuse(.draining, open.streamID) }
        failStreams(.draining)
    }

    /// Nobody is left to tell.
    func failStreams(_ refusal: Refusal) {
        let open = streams.values
        streams = [:]
        ready.removeAll()
        for stream in open { stream.stream.fail(refusal) }
    }
}
