internal import UsherContract

// An organisation whose file or WAL is behind what was acknowledged is refused until the operator says that it is to be
// served as it is. That is written down in the platform's database.

/// What the operator has accepted.
public struct AcceptedLoss: Sendable, Hashable {
    /// The last journal row that the platform knows to have been acknowledged.
    public var knownSequence: Int64
    /// The last that is there.
    public var foundSequence: Int64
    /// What was wrong, one line each; empty where nothing was.
    public var problems: [String]
    /// Where the damaged WAL is kept, relative to the data directory; nil where it was sound.
    public var keptWAL: String?
}

extension Storage {
    /// Has an organisation be served as its file is, although acknowledged changes are missing in it. Nothing is
    /// changed where nothing is wrong.
    ///
    /// - Throws: ``StorageError/locked(_:)`` where a server uses the directory; ``StorageError/corrupt(_:)`` where the
    ///   file is missing, damaged, or another organisation's: that is no loss that can be accepted.
    public static func acceptLoss(
        of organisationID: String, directory: String, ambient: Ambient = .system, platformMigrations: [Migration],
        organisationMigrations: [Migration]
    ) throws -> AcceptedLoss {
        let lock = try DirectoryLock(directory: directory)
        guard isOrganisationID(organisationID) else { throw StorageError.invalidOrganisationID(organisationID) }
        return try withExtendedLifetime(lock) {
            let platform = try DatabaseFile(
                path: directory + "/platform.sqlite", schema: Schema(.platform, platformMigrations),
                caches: (512, 512), expecting: FileExpectation())
            defer { try? platform.close() }
            let acceptance = Acceptance(
                organisationID: organisationID, directory: directory,
                schema: Schema(.organisation, organisationMigrations))
            return try platform.writer.use { try acceptance.run(at: ambient.now(), $0) }
        }
    }
}

private struct Acceptance {
    let organisationID: String
    let directory: String
    let schema: Schema

    private var name: String { "organisations/\(organisationID)/usher.sqlite" }
    private var path: String { "\(directory)/\(name)" }

    func run(at now: Instant, _ platform: Session) throws -> AcceptedLoss {
        let mark = try JournalMark.all(platform)[organisationID]
        var loss = AcceptedLoss(knownSequence: mark?.sequence ?? 0, foundSequence: 0, problems: [])
        let expected = FileExpectation(organisationID: organisationID, mark: nil)
        if let wal = try WALFile(path: path + "-wal"), let damage = wal.damage {
            // Whose file it is must be known before anything is written beside it.
            try expected.checkWithoutWAL(path)
            loss.problems.append("the WAL is damaged: \(damage)")
            loss.keptWAL = name + "-wal.damaged"
            try FileSystem.copy(path + "-wal", to: path + "-wal.damaged")
            try FileSystem.truncate(path + "-wal", to: wal.committedBytes)
        }
        let file = try DatabaseFile(path: path, schema: schema, caches: (512, 512), expecting: expected)
        loss.foundSequence = file.journal.next - 1
        let found = JournalMark(fileID: file.identity.fileID, sequence: loss.foundSequence)
        do {
            try FileExpectation(organisationID: organisationID, mark: mark).check(
                file.identity, lastSequence: loss.foundSequence)
        } catch StorageError.corrupt(let text) {
            loss.problems.append(text)
        }
        try file.close()
        guard !loss.problems.isEmpty else { return loss }
        try platform.transaction {
            try platform.execute(JournalMark.keeping, [organisationID, found.fileID, found.sequence])
            try platform.execute(
                """
                INSERT INTO accepted_losses (time, organisation_id, known_sequence, found_sequence, what)
                VALUES (?, ?, ?, ?, ?)
                """,
                [now, organisationID, loss.knownSequence, loss.foundSequence, loss.problems.joined(separator: "\n")])
        }
        return loss
    }
}
