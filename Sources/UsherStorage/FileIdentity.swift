// Whose a file is. Each database file says so itself, from its first moment on, because its name alone can be given to
// any file.

/// What a file says of itself.
struct FileIdentity: Sendable, Hashable {
    /// Empty in the platform's database.
    var organisationID: String
    /// Random, made with the file.
    var fileID: [UInt8]

    static let idBytes = 16

    init(organisationID: String?, fileID: [UInt8]) {
        (self.organisationID, self.fileID) = (organisationID ?? "", fileID)
    }

    /// Of a file that is open.
    init(_ session: Session) throws {
        let found = try session.row("SELECT organisation_id, file_id FROM file_identity", []) { row in
            FileIdentity(organisationID: try row.text(0), fileID: try row.blob(1))
        }
        guard let found else { throw StorageError.corrupt("the file does not say whose it is") }
        self = found
    }

    func write(_ session: Session) throws {
        try session.execute(
            "INSERT INTO file_identity (id, organisation_id, file_id) VALUES (1, ?, ?)", [organisationID, fileID])
    }
}

/// What a file must be in order to be opened.
struct FileExpectation: Sendable {
    /// Nil for the platform's database.
    var organisationID: String?
    /// What the platform knows of the file; nil where it knows nothing yet.
    var mark: JournalMark?

    /// Throws ``StorageError/corrupt(_:)`` for a file of somebody else.
    func check(_ identity: FileIdentity) throws {
        guard identity.organisationID != organisationID ?? "" else { return }
        let other = identity.organisationID.isEmpty ? "the platform" : "organisation \(identity.organisationID)"
        throw StorageError.corrupt("this is the database of \(other), in the place of another")
    }

    /// Throws ``StorageError/corrupt(_:)`` for a file that is not the one that the platform knows, or behind it.
    func check(_ identity: FileIdentity, lastSequence: Int64) throws {
        try check(identity)
        guard let mark else { return }
        let cure =
            organisationID.map { "accept it with 'usher doctor --accept-loss \($0)'" }
            ?? "accept it by removing platform.mark"
        guard identity.fileID == mark.fileID else {
            throw StorageError.corrupt(
                "this is another file than the one that was in use, up to journal row \(mark.sequence); bring that "
                    + "back, or \(cure)")
        }
        guard lastSequence >= mark.sequence else {
            throw StorageError.corrupt(
                "the journal ends at row \(lastSequence), and row \(mark.sequence) was acknowledged: the file or its "
                    + "WAL is an older one or damaged; bring the newer one back, or \(cure)")
        }
    }

    /// Looks at the file without its WAL, and rejects it where it says that it is somebody else's: SQLite would write
    /// a WAL that lies beside it into it. What cannot be read this way is looked at again with the WAL.
    func checkWithoutWAL(_ path: String) throws {
        guard let connection = try? Connection(.frozen, path: path, cacheKiB: 64) else { return }
        defer { connection.abandon() }
        guard let identity = try? connection.use({ try FileIdentity($0) }) else { return }
        try check(identity)
    }
}
