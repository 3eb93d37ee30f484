// Which file it is, and bringing it up to date.
// - application_id tells our two kinds of file from each other and from everything else.
// - user_version holds two counters, storage's own migrations above 16 bits of the services': one integer, readable
//   before any table is, decides "newer". GRDB's migrator keeps names in a table instead, hence this one.
// - Each migration and its user_version are one transaction, so that an interrupted upgrade resumes.

struct Schema: Sendable {
    enum Kind: Int64 {
        /// "UshP"
        case platform = 0x5573_6850
        /// "UshO"
        case organisation = 0x5573_684f
    }

    let kind: Kind
    private let own: [Migration]
    private let services: [Migration]

    /// A list that is out of order would be recorded wrongly in every file, hence the trap.
    init(_ kind: Kind, _ services: [Migration]) {
        precondition(services.map(\.number) == Array(1..<services.count + 1), "migrations are not numbered 1, 2, 3, …")
        precondition(services.count <= 0xffff, "too many migrations")
        self.kind = kind
        own = Tables.migrations(of: kind)
        self.services = services
    }

    /// What the file's user_version is once it is up to date.
    var version: Int { own.count << 16 | services.count }

    /// For people: storage's own migrations, a point, the services'.
    static func text(of version: Int) -> String { "\(version >> 16).\(version & 0xffff)" }

    /// Refuses a file that is not ours or that is newer; reads the schema, so that damage to it shows now.
    func verify(_ session: Session) throws {
        let found = try session.integer("PRAGMA application_id")
        guard found == kind.rawValue else {
            throw StorageError.corrupt("application_id is \(found), this is not the database that belongs here")
        }
        let version = Int(try session.integer("PRAGMA user_version"))
        guard version >> 16 <= own.count, version & 0xffff <= services.count else {
            throw StorageError.newerVersion(found: version, known: self.version)
        }
        _ = try session.integer("SELECT count(*) FROM sqlite_schema")
    }

    /// Refuses a file that has to be migrated before it is read.
    func verifyIsCurrent(_ session: Session) throws {
        let found = Int(try session.integer("PRAGMA user_version"))
        guard found == version else {
            throw StorageError.io("version \(Self.text(of: found)) has to be migrated, and cannot be written now")
        }
    }

    /// Makes a new, empty file ours.
    func claim(_ session: Session) throws {
        try session.pragma("application_id", String(kind.rawValue))
    }

    /// Runs the migrations that the file has not had.
    func migrate(_ session: Session) throws {
        var version = Int(try session.integer("PRAGMA user_version"))
        for migration in own where migration.number > version >> 16 {
            version = migration.number << 16 | version & 0xffff
            try apply(migration, version, session)
        }
        for migration in services where migration.number > version & 0xffff {
            version = version & ~0xffff | migration.number
            try apply(migration, version, session)
        }
    }

    private func apply(_ migration: Migration, _ version: Int, _ session: Session) throws {
        try session.transaction {
            for statement in migration.statements(.sqlite) { try session.execute(statement) }
            try session.pragma("user_version", String(version))
        }
    }
}

extension Session {
    func integer(_ sql: String) throws -> Int64 {
        guard let value = try row(sql, [], { try $0.int64(0) }) else { throw StorageError.corrupt("no row: \(sql)") }
        return value
    }

    func transaction(_ body: () throws -> Void) throws {
        try execute("BEGIN IMMEDIATE")
        do {
            try body()
            try execute("COMMIT")
        } catch {
            if isInTransaction { try execute("ROLLBACK") }
            throw error
        }
    }
}
