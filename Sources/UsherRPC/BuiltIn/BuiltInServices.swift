import NIOCore
import SwiftProtobuf
import UsherContract

// The services that every server has, on both protocols and without credentials: how it is, and what it serves.

/// Hands calls of the services that every server has to them, and all others to the server's own handler.
final class BuiltInServices: CallHandler {
    private enum Target: Sendable {
        case check, watch, reflection(any ReflectionDialect.Type)
    }

    /// Everything that is served: the server's own methods, and after them those of these services.
    let methods: [MethodDescriptor]
    let health: Health
    private let handler: any CallHandler
    private let ownCount: Int
    private let targets: [Target]
    private let reflection: Reflection
    private let configuration: RPCServerConfiguration

    /// - Parameter descriptors: an encoded `google.protobuf.FileDescriptorSet` of what is served; empty for nothing to
    ///   tell.
    init(
        _ handler: any CallHandler, methods own: [MethodDescriptor], descriptors: [UInt8],
        configuration: RPCServerConfiguration = RPCServerConfiguration()
    ) {
        self.handler = handler
        self.configuration = configuration
        ownCount = own.count
        let table: [(MethodDescriptor, Target)] = [
            (Self.descriptor("grpc.health.v1.Health", "Check", .unary), .check),
            (Self.descriptor("grpc.health.v1.Health", "Watch", .serverStreaming), .watch),
            (Self.reflectionDescriptor("v1"), .reflection(ReflectionV1.self)),
            (Self.reflectionDescriptor("v1alpha"), .reflection(ReflectionV1Alpha.self)),
        ]
        methods = own + table.map(\.0)
        targets = table.map(\.1)
        let services = Set(methods.map(\.service))
        health = Health(services: services)
        reflection = Reflection(services: services.sorted(), descriptors: descriptors)
    }

    func handle(_ call: InboundCall, reply: Reply) {
        guard call.method >= ownCount else { return handler.handle(call, reply: reply) }
        reply.send(health.check(Array(call.payload.readableBytesView)))
    }

    func begin(_ call: InboundCall, stream: ServerStream) {
        guard call.method >= ownCount else { return handler.begin(call, stream: stream) }
        // Streams last, so a stranger has few of them. A call's own headers may show a credential.
        let account = call.connection.account
        let isStranger = !account.isTrusted && !handler.isTrusted(call)
        guard !isStranger || account.beginBuiltInStream(limit: configuration.strangerStreams) else {
            return stream.finish(.failure(.tooManyStreams))
        }
        @Sendable func ended() { if isStranger { account.endBuiltInStream() } }
        switch targets[call.method - ownCount] {
        case .check:
            ended()
            stream.finish(.failure(.streamingUnsupported))
        case .watch:
            stream.run { [health] in
                defer { ended() }
                return await health.watch(stream)
            }
        case .reflection(let dialect):
            let watchdog = isStranger ? watchdog(of: stream) : nil
            stream.run(isEndless: true) { [reflection] in
                defer { ended() }
                return await reflection.answer(stream, dialect, watchdog)
            }
        }
    }

    var distinguishesStrangers: Bool { handler.distinguishesStrangers }
    func isTrusted(_ call: InboundCall) -> Bool { handler.isTrusted(call) }

    private func watchdog(of stream: ServerStream) -> StreamWatchdog {
        StreamWatchdog(
            stream, time: TimeAmount(clamping: configuration.reflectionTime),
            idle: TimeAmount(clamping: configuration.reflectionIdle), refusal: .reflectionOver)
    }

    private static func reflectionDescriptor(_ version: String) -> MethodDescriptor {
        descriptor("grpc.reflection.\(version).ServerReflection", "ServerReflectionInfo", .bidirectional)
    }

    private static func descriptor(_ service: String, _ name: String, _ streaming: StreamingKind) -> MethodDescriptor {
        let package = service.prefix { $0 != "H" && $0 != "S" }
        let isHealth = name != "ServerReflectionInfo"
        return MethodDescriptor(
            service: service, name: name,
            requestType: package + (isHealth ? "HealthCheckRequest" : "ServerReflectionRequest"),
            responseType: package + (isHealth ? "HealthCheckResponse" : "ServerReflectionResponse"),
            streaming: streaming, idempotency: .noSideEffects, hasRequestID: false, requestContainsMap: false)
    }
}

extension Refusal {
    /// The payload of a call is no message of the type that it should be.
    static func requestMalformed(_ type: String) -> Refusal {
        Refusal(.invalidArgument, "REQUEST_MALFORMED", "The payload is not a \(type).")
    }
}
