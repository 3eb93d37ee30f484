// Whether the files that are open are still those under their names. A file that was removed or replaced under the
// server goes on taking writes, which nobody finds again.

/// The files at a database's path when it was opened.
struct FilePlace: Sendable {
    private let path: String
    private let database: FileNode?
    private let wal: FileNode?

    init(_ path: String) {
        self.path = path
        database = FileSystem.node(at: path)
        wal = FileSystem.node(at: path + "-wal")
    }

    /// Looks at the names again; two calls of the system, which touch no disk.
    var isUnchanged: Bool {
        // A WAL is there from the first read on; where it was not, a file alone was opened.
        FileSystem.node(at: path) == database && (wal == nil || FileSystem.node(at: path + "-wal") == wal)
    }

    /// What has happened, for the log.
    var change: StorageError {
        let name = FileSystem.node(at: path) == database ? path + "-wal" : path
        let isThere = FileSystem.node(at: name) != nil
        return .corrupt("\(name) was \(isThere ? "replaced" : "removed") while it was in use")
    }

    /// Renames the WAL where it is the one that was opened.
    func putWALAside() {
        guard let wal, FileSystem.node(at: path + "-wal") == wal else { return }
        try? FileSystem.move(path + "-wal", to: path + "-wal.aside")
        try? FileSystem.remove(path + "-shm")
    }
}
