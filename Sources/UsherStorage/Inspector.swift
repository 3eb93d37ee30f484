internal import Foundation

// Looks at the files of a data directory while no server uses them.
// - Connections are read-only: nothing is migrated, checkpointed or repaired. SQLite's empty companion files that only
//   looking has made are removed again.
// - One unreadable file does not keep the others from being looked at.

extension Storage {
    /// Looks at every database of a data directory and at what lies beside them.
    ///
    /// - Parameters:
    ///   - organisationIDs: SQL for the platform's database that gives the ids of all organisations, one in a row.
    ///   - isQuick: whether the comparison of indexes with their tables is left out; it costs most of the time.
    /// - Throws: ``StorageError/locked(_:)`` where a server uses the directory; ``StorageError/io(_:)`` where it cannot
    ///   be read. What is wrong with a database is not thrown but reported.
    public static func inspect(
        directory: String, platformMigrations: [Migration], organisationMigrations: [Migration],
        organisationIDs: String, isQuick: Bool
    ) throws -> Inspection {
        // Any other directory gets no LOCK from us.
        guard
            try ["platform.sqlite", "organisations"].contains(where: { name in
                try FileSystem.size(of: "\(directory)/\(name)") != nil
            })
        else { throw StorageError.io("\(directory) is no data directory: it has no platform.sqlite") }
        let lock = try DirectoryLock(directory: directory)
        return try withExtendedLifetime(lock) {
            try Inspector(
                directory: directory, platformSchema: Schema(.platform, platformMigrations),
                organisationSchema: Schema(.organisation, organisationMigrations), isQuick: isQuick
            ).run(organisationIDs)
        }
    }
}

private struct Inspector {
    let directory: String
    let platformSchema: Schema
    let organisationSchema: Schema
    let isQuick: Bool

    func run(_ organisationIDs: String) throws -> Inspection {
        var known: [String]?
        var marks: [String: JournalMark] = [:]
        let mark = PlatformMark(directory: directory).known
        let platform = inspect(Inspection.Database(organisationID: nil, path: "platform.sqlite"), platformSchema, mark)
        {
            known = try $0.rows(organisationIDs, []) { try $0.text(0) }
            marks = try JournalMark.all($0)
        }
        let folders = try self.folders()
        let organisations = Set(folders).union(known ?? []).sorted().map { id in
            let path = "organisations/\(id)/usher.sqlite"
            let database = Inspection.Database(organisationID: id, path: path)
            var found = inspect(database, organisationSchema, marks[id]) { _ in }
            // Whether it belongs here only a readable platform database can say.
            if let known, !known.contains(id) {
                found.problems.insert("the platform does not know this organisation: its folder is not served", at: 0)
            }
            found.notes += leftovers(in: "organisations/\(id)")
            return found
        }
        return Inspection(
            platform: platform, organisations: organisations, platformVersion: platformSchema.version,
            organisationVersion: organisationSchema.version)
    }

    // MARK: One database

    private func inspect(
        _ database: Inspection.Database, _ schema: Schema, _ mark: JournalMark?, _ body: (Session) throws -> Void
    ) -> Inspection.Database {
        var database = database
        let path = "\(directory)/\(database.path)"
        do {
            database.bytes = try FileSystem.size(of: path)
            database.walBytes = try FileSystem.size(of: path + "-wal") ?? 0
            guard let bytes = database.bytes else {
                database.problems.append("the file is missing")
                return database
            }
            guard bytes >= StorageLimits.smallestDatabase else {
                database.problems.append("the file has \(bytes) bytes: it is no database")
                return database
            }
            if let damage = try WALFile(path: path + "-wal")?.damage {
                database.problems.append("its WAL is damaged, and acknowledged changes are lost: \(damage)")
            }
            let isClosed = try FileSystem.size(of: path + "-wal") == nil
            defer { if isClosed { removeCompanions(of: path) } }
            let connection = try Connection(.reader, path: path, cacheKiB: StorageLimits.inspectionCacheKiB)
            defer { connection.abandon() }
            try connection.use { session in
                database.version = Int(try session.integer("PRAGMA user_version"))
                try schema.verify(session)
                let expected = FileExpectation(organisationID: database.organisationID, mark: mark)
                let last = try Journal(session).next - 1
                do {
                    try expected.check(try FileIdentity(session), lastSequence: last)
                } catch StorageError.corrupt(let text) {
                    database.problems.append(text)
                }
                database.problems += try check(session)
                try body(session)
            }
        } catch {
            database.problems.append(Self.text(of: error))
        }
        if database.walBytes > 0 {
            database.notes.append("a WAL of \(database.walBytes) bytes was left by a process that did not close it")
        }
        if let version = database.version, version < schema.version {
            database.notes.append("it is migrated when it is opened next")
        }
        return database
    }

    private func check(_ session: Session) throws -> [String] {
        let pragma = isQuick ? "quick_check" : "integrity_check"
        let rows = try session.rows("PRAGMA \(pragma)(\(StorageLimits.reportedProblems))", []) { try $0.text(0) }
        let orphans = try session.rows("PRAGMA foreign_key_check", []) { try $0.text(0) }
        let counts = Dictionary(grouping: orphans) { $0 }.mapValues(\.count).sorted { $0.key < $1.key }
        return rows.filter { $0 != "ok" } + counts.map { "\($1) rows of \($0) refer to rows that are not there" }
    }

    /// What SQLite made in order to read, and left because the connection could not write.
    private func removeCompanions(of path: String) {
        for suffix in ["-wal", "-shm"] { try? FileSystem.remove(path + suffix) }
    }

    private static func text(of error: any Error) -> String {
        switch error {
        case StorageError.corrupt(let text), StorageError.io(let text), StorageError.setting(let text): text
        case StorageError.newerVersion(let found, let known):
            "version \(Schema.text(of: found)) was written by a newer Usher; this one knows \(Schema.text(of: known))"
        default: "\(error)"
        }
    }

    // MARK: What lies beside them

    private func folders() throws -> [String] {
        let path = "\(directory)/organisations"
        guard try FileSystem.size(of: path) != nil else { return [] }
        return try names(in: path)
    }

    /// Files that are no part of a database in use.
    private func leftovers(in folder: String) -> [String] {
        guard let names = try? names(in: "\(directory)/\(folder)") else { return [] }
        let expected = Set(["", "-wal", "-shm"].map { "usher.sqlite" + $0 })
        return names.filter { !expected.contains($0) }.map { name in
            if name.hasPrefix("usher.sqlite.new") {
                return "\(name) is left from a creation that did not end; it can be removed"
            }
            return name.hasPrefix("usher.sqlite-wal.")
                ? "\(name) was put aside: changes may be in it that the database does not have"
                : "\(name) is not ours"
        }
    }

    private func names(in path: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw StorageError.io("cannot list \(path)")
        }
    }
}
