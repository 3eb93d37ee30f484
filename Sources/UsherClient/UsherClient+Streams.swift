public import UsherAPI
public import UsherContract
import UsherRPC

extension UsherClient: StreamTransport {
    public func serverStream<Request, Response>(
        _ method: TypedMethod<Request, Response>, _ request: Request, options: CallOptions
    ) async throws -> ResponseStream<Response> {
        let payload: [UInt8] = try request.serializedBytes()
        return ResponseStream(call: try await begin(method.descriptor, request: payload, options))
    }

    public func clientStream<Request, Response>(
        _ method: TypedMethod<Request, Response>, options: CallOptions
    ) async throws -> RequestStream<Request, Response> {
        RequestStream(call: try await begin(method.descriptor, request: nil, options))
    }

    public func bidirectional<Request, Response>(
        _ method: TypedMethod<Request, Response>, options: CallOptions
    ) async throws -> MessageExchange<Request, Response> {
        MessageExchange(call: try await begin(method.descriptor, request: nil, options))
    }

    /// Calls any server stream with an encoded request; `body` is given the encoded responses, one after the other.
    public func serverStream(
        _ method: MethodDescriptor, payload: [UInt8], options: CallOptions = CallOptions(),
        _ body: ([UInt8]) async throws -> Void
    ) async throws {
        let call = try await begin(method, request: payload, options)
        while let response = try await call.stream.receive() { try await body(response) }
    }

    /// Streams have no time limit unless they are given one. Only the making of the connection is repeated: what a
    /// stream has sent cannot be taken back.
    private func begin(
        _ method: MethodDescriptor, request: [UInt8]?, _ options: CallOptions
    ) async throws -> StreamCall {
        let end = ContinuousClock.now + (options.timeout ?? ClientLimits.timeout)
        var attempt = 0
        while true {
            do {
                let connection = try await newConnection()
                let stream = connection.stream(
                    service: method.service, method: method.name, method.streaming, request: request,
                    timeout: options.timeout, metadata: metadata(options))
                return StreamCall(stream, connection, streamConnections)
            } catch {
                attempt += 1
                guard attempt < attempts, let pause = RetryRule.pause(after: error, method, attempt: attempt),
                    ContinuousClock.now + pause < end
                else { throw error }
                try await Task.sleep(for: pause)
            }
        }
    }
}
