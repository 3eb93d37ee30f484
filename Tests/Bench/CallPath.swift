import NIOCore
import UsherContract
import UsherRPC

/// How calls get to what answers them.
protocol CallPath: Sendable {
    /// Lends callers, `inFlight` on each of `connections`.
    func withCallers(
        of method: MethodDescriptor, _ shape: Shape, _ body: ([ClosedLoop.Call]) async throws -> Sample
    ) async throws -> Sample

    /// Processor time that the answering process has used so far, in seconds; nil where it is not known.
    var processorSeconds: Double? { get }
}

/// How many callers there are.
struct Shape: Sendable, Hashable, CustomStringConvertible {
    var connections: Int
    var inFlight: Int

    init(_ connections: Int, _ inFlight: Int) { (self.connections, self.inFlight) = (connections, inFlight) }

    var description: String { "\(connections)x\(inFlight)" }

    static let single = Shape(1, 1)
    static let wide = Shape(64, 1)
    static let deep = Shape(4, 16)
}

/// Over ttrpc, to a process of its own.
struct WirePath: CallPath {
    let server: ChildServer
    let group: any EventLoopGroup
    /// The key that every call carries.
    let key: String

    var processorSeconds: Double? { server.processorSeconds }

    func withCallers(
        of method: MethodDescriptor, _ shape: Shape, _ body: ([ClosedLoop.Call]) async throws -> Sample
    ) async throws -> Sample {
        let metadata = [("authorization", "Bearer \(key)")]
        var connections: [ClientConnection] = []
        for _ in 0..<shape.connections {
            connections.append(
                try await ClientConnection.connect(
                    host: "127.0.0.1", port: server.port, group: group, connectTimeout: BenchLimits.connectTimeout))
        }
        let callers = connections.flatMap { connection in
            (0..<shape.inFlight).map { _ -> ClosedLoop.Call in
                { payload, done in
                    connection.call(
                        service: method.service, method: method.name, payload: payload,
                        timeout: BenchLimits.callTimeout, metadata: metadata, completion: done)
                }
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
