import NIOCore
import UsherContract

extension TTRPCConnection {
    /// Decodes while calls are admitted.
    func decode() {
        var now: NIODeadline?
        while state.wantsInput, let event = decoder.next() {
            let time = now ?? .now()
            if now == nil {
                now = time
                state.active(time)
                endIncoming()
            }
            switch event {
            case .frame(let header, let body): perform(state.receive(header), header.streamID, body, time)
            case .oversized(let header): perform(skipped(header), header.streamID, ByteBuffer(), time)
            case .foreign: closeForeign()
            }
        }
        if state.wantsInput { admitUnfinished() }
    }

    private func skipped(_ header: FrameHeader) -> ConnectionState.FrameAction {
        state.receiveSkipped(header, .frameTooLarge)
    }

    func perform(
        _ action: ConnectionState.FrameAction, _ streamID: UInt32, _ body: ByteBuffer, _ now: NIODeadline
    ) {
        switch action {
        case .ignore: break
        case .answer(let refusal): refuse(refusal, streamID)
        case .readRequest: request(streamID, body, now)
        case .take(let input): take(input, streamID, body)
        case .fail(let key, let refusal):
            refuse(refusal, streamID)
            fail(key, refusal)
        case .pong: outgoing.append(.pong, body)
        case .readCancel:
            if let dropped = ExtensionFrame.cancelled(body), let key = state.cancel(dropped) { fail(key, .cancelled) }
        }
    }

    private func request(_ streamID: UInt32, _ body: ByteBuffer, _ now: NIODeadline) {
        guard let envelope = RequestEnvelope.scan(body) else { return refuse(.envelopeMalformed, streamID) }
        let (key, value) = ExtensionFrame.metadata
        state.requestRead(asksForExtensions: envelope.metadata.firstString(key) == value)
        guard let method = core.methods.index(of: envelope) else { return refuse(unknown(envelope), streamID) }
        connection.hasCalled = true
        let streaming = core.methods.methods[method].streaming
        switch state.admit(streamID, streaming, timeoutNanoseconds: envelope.timeoutNanoseconds, now: now) {
        case .answer(let refusal):
            refuse(refusal, streamID)
        case .dispatch(let key, let deadline):
            guard streaming == .unary else {
                return begin(streamID, key, streaming, method: method, envelope, deadline)
            }
            let call = InboundCall(
                method: method, payload: envelope.payload, deadline: deadline, metadata: envelope.metadata,
                connection: connection)
            core.handler.handle(call, reply: Reply(connection: self, key: key))
        }
    }

    private func unknown(_ envelope: RequestEnvelope) -> Refusal {
        core.methods.hasService(named: envelope.service)
            ? .unknownMethod(envelope.method, of: envelope.service) : .unknownService(envelope.service)
    }

    private func closeForeign() {
        core.foreign.note(.frame, "closed: a frame does not begin with 0", peer: connection.peerAddress)
        finish()
    }

    // MARK: Answers

    func answer(_ key: CallKey, _ result: Result<[UInt8], Refusal>) {
        switch result {
        case .success(let payload) where !hold(payload.count): answer(key, .failure(.repliesUnread))
        case .success(let payload):
            switch state.reply(key, size: payload.count) {
            case .send(let streamID): outgoing.append(payload, streamID, context)
            case .refuse(let streamID, let refusal): refuse(refusal, streamID)
            case .drop: break
            }
        case .failure(let refusal):
            guard case .send(let streamID) = state.reply(key, size: 0) else { return }
            outgoing.append(refusal, streamID, context)
        }
    }

    /// Answers for the transport itself.
    func refuse(_ refusal: Refusal, _ streamID: UInt32) {
        core.metrics.refused(refusal.code)
        outgoing.append(refusal, streamID, context)
    }
}
