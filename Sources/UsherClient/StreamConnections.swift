import Synchronization
import UsherContract
import UsherRPC

/// One streaming call and its connection. Each has a connection of its own: ttrpc cannot slow down one stream of a
/// connection, and whoever reads slowly must not hold up other calls. It is closed when nobody holds the call any more.
final class StreamCall: Sendable {
    let stream: ClientStream
    private let connection: ClientConnection
    private let connections: StreamConnections

    init(_ stream: ClientStream, _ connection: ClientConnection, _ connections: StreamConnections) {
        self.stream = stream
        self.connection = connection
        self.connections = connections
        connections.add(connection)
    }

    deinit {
        stream.cancel()
        connections.remove(connection)
    }
}

/// The connections of the streams that are open, to be closed with the client.
final class StreamConnections: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: ClientConnection] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    func add(_ connection: ClientConnection) {
        let isClosed = state.withLock { state in
            state.connections[ObjectIdentifier(connection)] = connection
            return state.isClosed
        }
        if isClosed { remove(connection) }
    }

    func remove(_ connection: ClientConnection) {
        state.withLock { $0.connections[ObjectIdentifier(connection)] = nil }
        // A stream ends wherever its last holder lets go of it, where nothing can be waited for.
        Task { await connection.close() }
    }

    func close() async {
        let connections = state.withLock { state in
            state.isClosed = true
            return state.connections.values.map(\.self)
        }
        for connection in connections { await connection.close() }
    }
}
