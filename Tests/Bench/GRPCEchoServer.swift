import Logging
import UsherAPI
import UsherContract
import UsherRPC

/// What Usher's transport does with the echo's messages when nothing is decided: the counterpart of the gRPC baseline.
enum GRPCEchoServer {
    /// Serves on a free port of loopback until the process ends; returns the port.
    static func start() async throws -> Int {
        var configuration = RPCServerConfiguration()
        configuration.port = 0
        let server = try RPCServer(
            configuration: configuration, methods: [Usher_Access_V1_AccessService.checkAccess.descriptor],
            handler: EchoAnswers(), logger: Logger(label: "echo", factory: { _ in SwiftLogNoOpLogHandler() }))
        return try await server.start().port
    }
}

private struct EchoAnswers: CallHandler {
    func handle(_ call: InboundCall, reply: Reply) {
        do {
            let request = try Usher_Access_V1_CheckAccessRequest(
                serializedBytes: Array(call.payload.readableBytesView))
            reply.send(.success(try Usher_Access_V1_CheckAccessResponse.echo(of: request).serializedBytes()))
        } catch {
            reply.send(.failure(Refusal(.invalidArgument, "REQUEST_MALFORMED", "\(error)")))
        }
    }
}
