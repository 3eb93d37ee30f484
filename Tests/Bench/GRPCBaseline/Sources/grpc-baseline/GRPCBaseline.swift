import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2
import GRPCProtobuf
import UsherAPI

/// Answers CheckAccess on a free port of loopback, which it prints, until its standard input ends.
@main
enum GRPCBaseline {
    static func main() async throws {
        // A thread of its own: one that waits must not be taken from the few that answer.
        Thread.detachNewThread {
            while readLine() != nil {}
            exit(0)
        }
        let server = GRPCServer(
            transport: .http2NIOPosix(
                address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext),
            services: [EchoService()])
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await server.serve() }
            guard let port = try await server.listeningAddress?.ipv4?.port else {
                return server.beginGracefulShutdown()
            }
            print("grpc-baseline: serving on 127.0.0.1:\(port)")
            fflush(nil)
        }
    }
}

/// What grpc-swift-2's generator makes of a service with this one method.
private struct EchoService: RegistrableRPCService {
    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(
            forMethod: MethodDescriptor(
                fullyQualifiedService: "usher.access.v1.AccessService", method: "CheckAccess", type: .unary),
            deserializer: ProtobufDeserializer<Usher_Access_V1_CheckAccessRequest>(),
            serializer: ProtobufSerializer<Usher_Access_V1_CheckAccessResponse>()
        ) { request, _ in
            let message = try await ServerRequest(stream: request).message
            return StreamingServerResponse(single: ServerResponse(message: .echo(of: message)))
        }
    }
}
