import UsherContract

@testable import UsherRPC

/// Answers like ``EchoHandler``, and believes calls whose metadata says `authorization: good`.
final class GuardedHandler: CallHandler {
    /// What is held for those who said it.
    let trusted: ByteBudget
    let echo = EchoHandler()

    init(trustedBytes: Int) { trusted = ByteBudget(limit: trustedBytes) }

    var distinguishesStrangers: Bool { true }

    func isTrusted(_ call: InboundCall) -> Bool {
        guard call.metadata.firstString("authorization") == "good" else { return false }
        call.connection.account.belong(to: [trusted])
        return true
    }

    func handle(_ call: InboundCall, reply: Reply) {
        _ = isTrusted(call)
        echo.handle(call, reply: reply)
    }

    func begin(_ call: InboundCall, stream: ServerStream) {
        _ = isTrusted(call)
        echo.begin(call, stream: stream)
    }
}

/// Runs a server that knows strangers, whose every byte counts unless `configure` says otherwise.
func withGuardedServer<Result>(
    trustedBytes: Int = 64 << 20, _ configure: (inout RPCServerConfiguration) -> Void = { _ in },
    _ body: (_ port: Int, _ handler: GuardedHandler, _ server: RPCServer) async throws -> Result
) async throws -> Result {
    var configuration = RPCServerConfiguration()
    configuration.port = 0
    configuration.eventLoopThreads = 2
    configuration.maximumTimeout = .seconds(600)
    configuration.uncountedBytes = 0
    // A busy machine is no slow client.
    (configuration.strangerFrameTime, configuration.stallLimit) = (.seconds(600), .seconds(600))
    configuration.firstCallLimit = .seconds(600)
    configure(&configuration)
    let handler = GuardedHandler(trustedBytes: trustedBytes)
    let server = try RPCServer(
        configuration: configuration, methods: Echo.methods, handler: handler, logger: quietLogger)
    let port = try await server.start().port
    do {
        let result = try await body(port, handler, server)
        await server.drain(grace: .milliseconds(1))
        return result
    } catch {
        await server.drain(grace: .milliseconds(1))
        throw error
    }
}

/// A call whose metadata shows a credential that ``GuardedHandler`` believes.
func goodRequest(_ id: UInt32, _ method: String, _ payload: [UInt8] = []) throws -> [UInt8] {
    let envelope = WireRequest.with {
        $0.service = "echo.Echo"
        $0.method = method
        $0.payload = .init(payload)
        $0.metadata = [.with { ($0.key, $0.value) = ("authorization", "good") }]
    }
    return frame(id, .request, try envelope.serializedBytes())
}
