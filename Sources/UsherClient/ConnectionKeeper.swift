import NIOCore
import UsherRPC

/// Keeps one connection, and makes another when it is lost. Calls that come while it is being made wait for it.
actor ConnectionKeeper {
    private let host: String
    private let port: Int
    private let group: any EventLoopGroup
    private var current: ClientConnection?
    private var opening: Task<ClientConnection, any Error>?

    init(host: String, port: Int, group: any EventLoopGroup) {
        self.host = host
        self.port = port
        self.group = group
    }

    func connection(timeout: Duration) async throws -> ClientConnection {
        if let current, current.isOpen { return current }
        if let opening { return try await opening.value }
        let task = Task { [host, port, group] in
            try await ClientConnection.connect(host: host, port: port, group: group, connectTimeout: timeout)
        }
        opening = task
        defer { opening = nil }
        let connection = try await task.value
        current = connection
        return connection
    }

    func close() async {
        await current?.close()
        current = nil
    }
}
