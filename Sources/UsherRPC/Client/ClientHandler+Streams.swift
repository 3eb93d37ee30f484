import NIOCore
import UsherContract

/// The streams of a client's connection, by id and by themselves.
struct ClientStreams {
    private var byID: [UInt32: ClientStreamState] = [:]
    private var ids: [ObjectIdentifier: UInt32] = [:]
    /// Messages and ends that wait for room in the socket, in their order.
    var waiting = CircularBuffer<(stream: ClientStreamState, message: [UInt8]?)>()
    /// The streams because of which the connection is not read.
    private var pausing: Set<ObjectIdentifier> = []

    var isEmpty: Bool { byID.isEmpty }
    var isPaused: Bool { !pausing.isEmpty }

    func contains(_ id: UInt32) -> Bool { !byID.isEmpty && byID[id] != nil }

    func stream(_ id: UInt32) -> ClientStreamState? { byID[id] }

    func id(of stream: ClientStreamState) -> UInt32? { ids[ObjectIdentifier(stream)] }

    mutating func insert(_ stream: ClientStreamState, _ id: UInt32) {
        byID[id] = stream
        ids[ObjectIdentifier(stream)] = id
    }

    mutating func remove(_ id: UInt32) -> ClientStreamState? {
        guard let stream = byID.removeValue(forKey: id) else { return nil }
        ids[ObjectIdentifier(stream)] = nil
        pausing.remove(ObjectIdentifier(stream))
        return stream
    }

    mutating func pause(_ stream: ClientStreamState) { pausing.insert(ObjectIdentifier(stream)) }

    mutating func resume(_ stream: ClientStreamState) { pausing.remove(ObjectIdentifier(stream)) }

    mutating func removeExpired(at now: NIODeadline) -> [(UInt32, ClientStreamState)] {
        let expired = byID.filter { $0.value.head.deadline.map { $0 <= now } ?? false }
        return expired.keys.compactMap { id in remove(id).map { (id, $0) } }
    }

    var earliestDeadline: NIODeadline? { byID.values.compactMap(\.head.deadline).min() }

    mutating func removeAll() -> [ClientStreamState] {
        defer { self = ClientStreams() }
        return Array(byID.values)
    }
}

extension ClientHandler {
    func perform(_ work: Work) {
        switch work {
        case .open(let stream): open(stream)
        case .message(let stream, let message): streams.waiting.append((stream, message))
        case .close(let stream): streams.waiting.append((stream, nil))
        case .cancel(let stream):
            guard let id = streams.id(of: stream) else { return }
            _ = streams.remove(id)
            tellCancelled(id)
            readAgain()
            closeIfDone()
        case .resume(let stream):
            streams.resume(stream)
            readAgain()
        case .cancelCall(let answer):
            guard extensions != nil, let (id, completion) = pending.remove(answer) else { return }
            complete(completion, .failure(CancellationError()))
            tellCancelled(id)
        }
    }

    private func open(_ stream: ClientStreamState) {
        guard let context else {
            stream.end(.failure(TransportError.notSent))
            return
        }
        let head = stream.head
        var timeout: Int64 = 0
        if let deadline = head.deadline {
            timeout = (deadline - .now()).nanoseconds
            guard timeout > 0 else {
                stream.end(.failure(TransportError.timedOut))
                return
            }
        }
        let id = pending.claimID(streams.contains)
        var buffer = ByteBuffer()
        let flags = head.streaming == .serverStreaming ? FrameFlags.remoteClosed : FrameFlags.remoteOpen
        guard
            RequestFrame.write(
                service: head.service, method: head.method, payload: head.request, timeoutNanoseconds: timeout,
                metadata: metadata(head.metadata), streamID: id, flags: flags, to: &buffer)
        else {
            stream.end(.failure(TransportError.requestTooLarge))
            return
        }
        streams.insert(stream, id)
        if let deadline = head.deadline { setAlarm(deadline) }
        called(&buffer)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    /// Hands messages to the socket while it takes them.
    func sendMessages() {
        guard let context, !streams.waiting.isEmpty else { return }
        var sent: [ClientStreamState] = []
        while context.channel.isWritable, let (stream, message) = streams.waiting.popFirst() {
            guard let id = streams.id(of: stream) else { continue }
            var buffer = ByteBuffer()
            if let message {
                DataFrame.write(message, streamID: id, to: &buffer)
                sent.append(stream)
            } else {
                DataFrame.writeEnd(streamID: id, to: &buffer)
            }
            context.write(wrapOutboundOut(buffer), promise: nil)
        }
        context.flush()
        for stream in sent { stream.sent() }
    }

    /// Whatever is no answer of a call.
    func receiveOther(_ header: FrameHeader, _ body: ByteBuffer) {
        switch header.type {
        case .data: receiveData(header, body)
        case .response: receiveResponse(header.streamID, body)
        case .pong where header.streamID == 0: keepalive.ponged()
        case .goAway where header.streamID == 0 && extensions != nil: goAway()
        default: break
        }
    }

    private func receiveData(_ header: FrameHeader, _ body: ByteBuffer) {
        guard let stream = streams.stream(header.streamID) else { return }
        if header.flags & FrameFlags.noData == 0, stream.deliver(Array(body.readableBytesView)) {
            streams.pause(stream)
            try? context?.channel.syncOptions?.setOption(.autoRead, value: false)
        }
        if header.flags & FrameFlags.remoteClosed != 0 { endStream(header.streamID, .success(())) }
    }

    private func receiveResponse(_ id: UInt32, _ body: ByteBuffer) {
        guard let stream = streams.stream(id) else { return }
        switch Self.result(of: body) {
        case .success(let reply):
            if stream.head.streaming == .clientStreaming { _ = stream.deliver(reply) }
            endStream(id, .success(()))
        case .failure(let error): endStream(id, .failure(error))
        }
    }

    func endStream(_ id: UInt32, _ result: Result<Void, any Error>) {
        streams.remove(id)?.end(result)
        readAgain()
    }

    /// Reads where no stream is in the way any more.
    private func readAgain() {
        guard let context, !streams.isPaused, let options = context.channel.syncOptions,
            (try? options.getOption(.autoRead)) == false
        else { return }
        try? options.setOption(.autoRead, value: true)
    }

    func tellCancelled(_ id: UInt32) {
        guard let context, extensions != nil else { return }
        var buffer = ByteBuffer()
        ExtensionFrame.writeCancel(id, to: &buffer)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }
}
