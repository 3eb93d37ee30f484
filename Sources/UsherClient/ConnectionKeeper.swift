import NIOCore
import UsherRPC

/// Keeps one connection, and makes another when it is lost. Calls that come while it is being made wait for it, each
/// no longer than its own time.
actor ConnectionKeeper {
    private let host: String
    private let port: Int
    private let tls: ClientTLS?
    private let group: any EventLoopGroup
    private var current: ClientConnection?
    private var opening: Task<ClientConnection, any Error>?
    private var isClosed = false

    init(host: String, port: Int, tls: ClientTLS?, group: any EventLoopGroup) {
        self.host = host
        self.port = port
        self.tls = tls
        self.group = group
    }

    /// - Throws: `TransportError`; `timedOut` where there is no connection within `timeout`.
    func connection(timeout: Duration) async throws -> ClientConnection {
        guard !isClosed else { throw TransportError.connectFailed("the client is closed") }
        if let current, current.isOpen { return current }
        let opening = opening ?? open()
        return try await withThrowingTaskGroup(of: ClientConnection?.self) { group in
            group.addTask { try await opening.value }
            group.addTask {
                try await Task.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            guard let connection = try await group.next() ?? nil else { throw TransportError.timedOut }
            return connection
        }
    }

    /// The task belongs to no call: one call's end does not end it for the others.
    private func open() -> Task<ClientConnection, any Error> {
        let task = Task { [host, port, tls, group] in
            do {
                let connection = try await ClientConnection.connect(
                    host: host, port: port, group: group, connectTimeout: ClientLimits.connect, tls: tls,
                    extensions: ClientExtensions())
                await finish(connection)
                return connection
            } catch {
                await finish(nil)
                throw error
            }
        }
        opening = task
        return task
    }

    private func finish(_ connection: ClientConnection?) async {
        opening = nil
        if isClosed { await connection?.close() } else { current = connection }
    }

    func close() async {
        isClosed = true
        await current?.close()
        current = nil
    }
}
