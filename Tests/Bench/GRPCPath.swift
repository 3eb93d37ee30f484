import NIOCore
import UsherContract

/// Over gRPC, to a process of its own.
struct GRPCPath: CallPath {
    let server: ChildServer
    let group: any EventLoopGroup
    /// The key that every call carries.
    let key: String

    var processorSeconds: Double? { server.processorSeconds }

    func withCallers(
        of method: MethodDescriptor, _ shape: Shape, _ body: ([ClosedLoop.Call]) async throws -> Sample
    ) async throws -> Sample {
        var connections: [GRPCLoadConnection] = []
        for _ in 0..<shape.connections {
            connections.append(try await .connect(port: server.port, group: group, method: method, key: key))
        }
        let callers = connections.flatMap { connection in
            (0..<shape.inFlight).map { _ -> ClosedLoop.Call in
                { payload, done in connection.call(payload, done) }
            }
        }
        do {
            let sample = try await body(callers)
            for connection in connections { await connection.close() }
            return sample
        } catch {
            for connection in connections { await connection.close() }
            throw error
        }
    }
}
