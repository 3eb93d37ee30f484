import NIOCore
import NIOHPACK
import NIOHTTP2
import UsherContract

extension GRPCConnection {
    func receive(_ frame: HTTP2Frame) {
        switch frame.payload {
        case .headers(let headers): receive(headers, frame.streamID)
        case .data(let data):
            guard case .byteBuffer(let bytes) = data.data else { return }
            receive(bytes, frame.streamID, endsStream: data.endStream)
        case .ping(let ping, ack: true): acknowledged(ping)
        case .ping(_, ack: false): if !state.ping(now) { calm("too_many_pings") }
        case .settings(.settings), .windowUpdate, .priority:
            if !state.controlFrame(now) { calm("too_many_control_frames") }
        default: break
        }
    }

    private func receive(_ headers: HTTP2Frame.FramePayload.Headers, _ id: HTTP2StreamID) {
        // A stream's second headers are its trailers, which say nothing but that it ends.
        guard id > state.lastStreamID else {
            return perform(state.receive(id, ByteBuffer(), endsStream: headers.endStream))
        }
        let now = now
        do throws(GRPCRequestHead.Rejection) {
            let head = try GRPCRequestHead(headers.headers, core.methods)
            connection.hasCalled = true
            guard hold(head.size) else { throw .refusal(.tooMuchHeld(isTrusted: connection.account.isTrusted)) }
            let streaming = core.methods.methods[head.method].streaming
            perform(state.begin(id, head, streaming, isHalfClosed: headers.endStream, now: now))
        } catch {
            state.rejected(id, now: now)
            switch error {
            case .refusal(let refusal): refuse(refusal, id, mustReset: !headers.endStream)
            case .http(let status): finish(id, GRPCStatus.http(status), mustReset: !headers.endStream)
            }
        }
    }

    private func receive(_ bytes: ByteBuffer, _ id: HTTP2StreamID, endsStream: Bool) {
        receivedBytes += bytes.readableBytes
        guard !state.isKnown(id) || hold(bytes.readableBytes) || holdForCaller(bytes.readableBytes, id) else {
            return perform(state.refuse(id, .tooMuchHeld(isTrusted: connection.account.isTrusted)))
        }
        perform(state.receive(id, bytes, endsStream: endsStream))
        if !connection.account.isTrusted, let (size, metadata) = state.announced(id),
            size > core.configuration.strangerFrameBytes, !core.isTrusted(metadata, connection)
        {
            perform(state.refuse(id, .credentialFirst))
        }
    }

    /// Counts what strangers have no room for where the call's own headers show a good credential.
    private func holdForCaller(_ size: Int, _ id: HTTP2StreamID) -> Bool {
        guard !connection.account.isTrusted, let metadata = state.metadata(of: id) else { return false }
        return core.isTrusted(metadata, connection) && hold(size)
    }

    private func perform(_ action: GRPCState.Action) {
        switch action {
        case .none: break
        case .refuse(let id, let refusal, let mustReset): refuse(refusal, id, mustReset: mustReset)
        case .open(let id, let key, let method, let deadline, let metadata):
            open(id, key, method: method, deadline: deadline, metadata: metadata)
        case .feed(let key): feed(key)
        case .fail(let key, let refusal): fail(key, refusal)
        case .dispatch(let key, let method, let message, let deadline, let metadata):
            let call = InboundCall(
                method: method, payload: message, deadline: deadline, metadata: metadata, connection: connection)
            core.handler.handle(call, reply: Reply(connection: self, key: key))
        }
    }

    // MARK: Answers

    func answer(_ key: CallKey, _ result: Result<[UInt8], Refusal>) {
        switch result {
        case .success(let payload) where !hold(payload.count): answer(key, .failure(.repliesUnread))
        case .success(let payload):
            switch state.reply(key, size: payload.count) {
            case .send(let id, let mustReset): send(payload, id, mustReset: mustReset)
            case .refuse(let id, let refusal, let mustReset): refuse(refusal, id, mustReset: mustReset)
            case .drop: break
            }
        case .failure(let refusal):
            guard case .send(let id, let mustReset) = state.reply(key, size: 0) else { return }
            finish(id, GRPCStatus.trailers(refusal, isFirst: true), mustReset: mustReset)
        }
    }

    private func send(_ payload: [UInt8], _ id: HTTP2StreamID, mustReset: Bool) {
        write(id, .headers(.init(headers: GRPCStatus.headers)))
        write(id, .data(.init(data: .byteBuffer(Self.prefixed(payload)))))
        finish(id, GRPCStatus.ok, mustReset: mustReset)
    }

    /// Answers for the transport itself.
    func refuse(_ refusal: Refusal, _ id: HTTP2StreamID, mustReset: Bool) {
        core.metrics.refused(refusal.code)
        finish(id, GRPCStatus.trailers(refusal, isFirst: true), mustReset: mustReset)
    }

    /// Ends our side of a stream, and all of it where the client goes on for nothing.
    private func finish(_ id: HTTP2StreamID, _ headers: HPACKHeaders, mustReset: Bool) {
        write(id, .headers(.init(headers: headers, endStream: true)))
        if mustReset { write(id, .rstStream(.noError)) }
    }
}
