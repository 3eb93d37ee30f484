import NIOCore
import SwiftProtobuf
import Testing
import UsherContract

@testable import UsherRPC

/// Health and reflection, which every server has.
@Suite(.timeLimit(.minutes(10))) struct BuiltInTests {
    private typealias HealthRequest = Grpc_Health_V1_HealthCheckRequest
    private typealias HealthResponse = Grpc_Health_V1_HealthCheckResponse

    private func health(_ answer: [UInt8]) throws -> HealthResponse.ServingStatus {
        try HealthResponse(serializedBytes: answer).status
    }

    private func request(_ service: String) throws -> [UInt8] {
        try HealthRequest.with { $0.service = service }.serializedBytes()
    }

    @Test func checkOnBothProtocols() async throws {
        try await withServer { port, handler, _ in
            let ttrpc = try await connect(port)
            let grpc = try await GRPCClient.connect(port)
            for (index, service) in ["", "echo.Echo", "grpc.health.v1.Health"].enumerated() {
                let payload = try request(service)
                let first = try await ttrpc.call(
                    service: "grpc.health.v1.Health", method: "Check", payload: payload, timeout: nil, metadata: [])
                let second = try await grpc.call(
                    .init(2 * index + 1), "Check", [payload], service: "grpc.health.v1.Health")
                #expect(try health(first) == .serving)
                #expect(try second.messages.map { try health($0) } == [.serving])
            }
            let unknown = try await grpc.call(101, "Check", [try request("nope")], service: "grpc.health.v1.Health")
            #expect(unknown.status == "5")
            let malformed = try await grpc.call(103, "Check", [[0x0a]], service: "grpc.health.v1.Health")
            #expect(malformed.status == "3")
            #expect(handler.count == 0)
        }
    }

    @Test func aWatcherIsToldOfADrainFirst() async throws {
        try await withServer { port, handler, server in
            let grpc = try await GRPCClient.connect(port)
            grpc.begin(1, "Watch", service: "grpc.health.v1.Health")
            grpc.send(1, message: try request("echo.Echo"), endStream: true)
            grpc.begin(3, "Watch", service: "grpc.health.v1.Health")
            grpc.send(3, message: try request("nope"), endStream: true)
            grpc.begin(5, "Hold")
            grpc.send(5, message: [], endStream: true)
            try await eventually {
                !grpc.answer(1).messages.isEmpty && !grpc.answer(3).messages.isEmpty && handler.heldCount == 1
            }
            async let drained: Void = server.drain(grace: .seconds(120))
            try await eventually { grpc.isOver(1) && grpc.isOver(3) }
            #expect(try grpc.answer(1).messages.map { try health($0) } == [.serving, .notServing])
            #expect(try grpc.answer(3).messages.map { try health($0) } == [.serviceUnknown])
            handler.release([1])
            await drained
            try await eventually { grpc.isOver(5) }
            #expect(grpc.answer(5).messages == [[1]])
        }
    }

    /// Between the announcement and the drain everything is served, and whoever asks is told.
    @Test func aDrainMayBeAnnounced() async throws {
        try await withServer { port, _, server in
            let first = try await GRPCClient.connect(port)
            first.begin(1, "Watch", service: "grpc.health.v1.Health")
            first.send(1, message: try request(""), endStream: true)
            try await eventually { !first.answer(1).messages.isEmpty }
            server.announceDrain()
            try await eventually { first.answer(1).messages.count == 2 }
            #expect(try first.answer(1).messages.map { try health($0) } == [.serving, .notServing])
            server.announceDrain()
            let second = try await GRPCClient.connect(port)
            second.begin(1, "Watch", service: "grpc.health.v1.Health")
            second.send(1, message: try request("echo.Echo"), endStream: true)
            try await eventually { !second.answer(1).messages.isEmpty }
            let answer = try await second.call(3, "Check", [try request("")], service: "grpc.health.v1.Health")
            #expect(try answer.messages.map { try health($0) } == [.notServing])
            #expect(try await second.call(5, "Say", [[7]]).messages == [[7]])
            #expect(try await connect(port).echo("Say", [8]) == [8])
            #expect(!first.isOver(1) && !second.isOver(1))
            await server.drain(grace: .seconds(60))
            #expect(try second.answer(1).messages.map { try health($0) } == [.notServing])
            #expect(first.answer(1).refusal?.reason == "SERVER_DRAINING")
        }
    }

    @Test func watchersThatGoLeaveNothing() async throws {
        try await withServer { port, _, server in
            for _ in 0..<20 {
                let grpc = try await GRPCClient.connect(port)
                grpc.begin(1, "Watch", service: "grpc.health.v1.Health")
                grpc.send(1, message: try request(""), endStream: true)
                try await eventually { !grpc.answer(1).messages.isEmpty }
                await grpc.close()
            }
            try await eventually { server.streams.streamCount == 0 && server.streams.taskCount == 0 }
        }
    }

    // MARK: Reflection

    private static let descriptors: [UInt8] = {
        let inner = Google_Protobuf_FileDescriptorProto.with {
            ($0.name, $0.package, $0.syntax) = ("inner.proto", "inner", "proto3")
            $0.messageType = [.with { $0.name = "Thing" }]
        }
        let echo = Google_Protobuf_FileDescriptorProto.with { file in
            (file.name, file.package, file.syntax) = ("echo.proto", "echo", "proto3")
            file.dependency = ["inner.proto"]
            file.messageType = [
                .with { message in
                    message.name = "Outer"
                    message.nestedType = [.with { $0.name = "Nested" }]
                    message.enumType = [.with { $0.name = "Kind" }]
                }
            ]
            file.service = [
                .with { service in
                    service.name = "Echo"
                    service.method = [.with { $0.name = "Say" }]
                }
            ]
        }
        let set = Google_Protobuf_FileDescriptorSet.with { $0.file = [inner, echo] }
        guard let bytes: [UInt8] = try? set.serializedBytes() else { preconditionFailure("always encodable") }
        return bytes
    }()

    @Test(arguments: [
        ("echo.Echo", ["echo.proto", "inner.proto"]), ("echo.Echo.Say", ["echo.proto", "inner.proto"]),
        ("echo.Outer.Nested", ["echo.proto", "inner.proto"]), ("echo.Outer.Kind", ["echo.proto", "inner.proto"]),
        ("inner.Thing", ["inner.proto"]), ("inner.Nope", []), ("", []),
    ])
    func filesOfSymbols(_ symbol: String, _ files: [String]) throws {
        let reflection = Reflection(services: [], descriptors: Self.descriptors)
        switch reflection.answer(to: .symbol(symbol)) {
        case .files(let found):
            #expect(try found.map { try Google_Protobuf_FileDescriptorProto(serializedBytes: $0).name } == files)
        case .refused(let refusal): #expect(files.isEmpty && refusal.code == .notFound)
        default: Issue.record("answered something else")
        }
    }

    @Test func bothVersionsOverBothProtocols() async throws {
        var configuration = RPCServerConfiguration()
        configuration.port = 0
        let server = try RPCServer(
            configuration: configuration, methods: Echo.methods, handler: EchoHandler(), descriptors: Self.descriptors,
            logger: quietLogger)
        let port = try await server.start().port
        let grpc = try await GRPCClient.connect(port)
        typealias RequestV1 = Grpc_Reflection_V1_ServerReflectionRequest
        typealias RequestAlpha = Grpc_Reflection_V1alpha_ServerReflectionRequest
        let first = try await grpc.call(
            1, "ServerReflectionInfo",
            [
                try RequestV1.with { $0.listServices = "" }.serializedBytes(),
                try RequestV1.with { $0.fileByFilename = "inner.proto" }.serializedBytes(),
                try RequestV1.with { $0.fileByFilename = "nope.proto" }.serializedBytes(), [],
            ], service: "grpc.reflection.v1.ServerReflection"
        ).messages.map { try Grpc_Reflection_V1_ServerReflectionResponse(serializedBytes: $0) }
        #expect(first[0].listServicesResponse.service.map(\.name).contains("echo.Echo"))
        #expect(first[0].listServicesResponse.service.map(\.name).contains("grpc.reflection.v1alpha.ServerReflection"))
        #expect(first[1].fileDescriptorResponse.fileDescriptorProto.count == 1)
        #expect(first[2].errorResponse.errorCode == 5 && first[3].errorResponse.errorCode == 3)
        let second = try await grpc.call(
            3, "ServerReflectionInfo",
            [try RequestAlpha.with { $0.fileContainingSymbol = "echo.Echo" }.serializedBytes()],
            service: "grpc.reflection.v1alpha.ServerReflection"
        ).messages.map { try Grpc_Reflection_V1alpha_ServerReflectionResponse(serializedBytes: $0) }
        #expect(second[0].fileDescriptorResponse.fileDescriptorProto.count == 2)
        #expect(second[0].originalRequest.fileContainingSymbol == "echo.Echo")
        let broken = try await grpc.call(
            5, "ServerReflectionInfo", [[0x0a]], service: "grpc.reflection.v1.ServerReflection")
        #expect(broken.status == "3")
        await server.drain(grace: .seconds(60))
    }
}
