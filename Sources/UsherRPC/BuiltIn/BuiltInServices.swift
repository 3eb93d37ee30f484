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

    /// - Parameter descriptors: an encoded `google.protobuf.FileDescriptorSet` of what is served; empty for nothing to
    ///   tell.
    init(_ handler: any CallHandler, methods own: [MethodDescriptor], descriptors: [UInt8]) {
        self.handler = handler
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
        switch targets[call.method - ownCount] {
        case .check: stream.finish(.failure(.streamingUnsupported))
        case .watch: stream.run { [health] in await health.watch(stream) }
        case .reflection(let dialect):
            stream.run(isEndless: true) { [reflection] in await reflection.answer(stream, dialect) }
        }
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
