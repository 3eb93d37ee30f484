internal import Synchronization
internal import UsherContract

// How far each organisation's journal was, as the platform's database knows it: a file that is behind that has lost
// what was acknowledged.
// - Commits note where they are in memory; now and then all that has moved goes to the platform in one write, without
//   anybody waiting. What is kept is therefore never ahead of what is durable, and up to a moment behind it.
// - Closing an organisation notes nothing new: all of its commits have.

/// A file and a row of its journal that is durable.
struct JournalMark: Sendable, Hashable {
    var fileID: [UInt8]
    var sequence: Int64
}

final class JournalMarks: Sendable {
    private struct State {
        var known: [String: JournalMark] = [:]
        /// What the platform has not been told of yet.
        var changed: Set<String> = []
        var isBusy = false
        var nextTime: ContinuousClock.Instant
    }

    private let state: Mutex<State>
    private let interval: Duration

    init(interval: Duration) {
        self.interval = interval
        state = Mutex(State(nextTime: .now + interval))
    }

    func load(_ rows: [(organisationID: String, mark: JournalMark)]) {
        state.withLock { state in
            for row in rows { state.known[row.organisationID] = row.mark }
        }
    }

    func mark(of organisationID: String) -> JournalMark? { state.withLock { $0.known[organisationID] } }

    func note(_ mark: JournalMark, of organisationID: String) {
        state.withLock { state in
            guard state.known[organisationID] != mark else { return }
            state.known[organisationID] = mark
            state.changed.insert(organisationID)
        }
    }

    /// What the platform is to be told now; empty where it is not time, or where it is being told. Whoever takes it
    /// ends with `finish`.
    func take(isForced: Bool = false) -> [String: JournalMark] {
        state.withLock { state in
            guard !state.changed.isEmpty, isForced || !state.isBusy && state.nextTime <= .now else { return [:] }
            var taken: [String: JournalMark] = [:]
            for id in state.changed { taken[id] = state.known[id] }
            (state.changed, state.isBusy) = ([], true)
            return taken
        }
    }

    func finish(_ taken: [String: JournalMark], isKept: Bool) {
        state.withLock { state in
            (state.isBusy, state.nextTime) = (false, .now + interval)
            if !isKept { state.changed.formUnion(taken.keys) }
        }
    }
}

extension JournalMark {
    /// All that the platform's database keeps.
    static func all(_ session: Session) throws -> [String: JournalMark] {
        let rows = try session.rows("SELECT organisation_id, file_id, sequence FROM journal_marks", []) {
            (try $0.text(0), JournalMark(fileID: try $0.blob(1), sequence: try $0.int64(2)))
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// With organisation, file id and sequence as arguments.
    static let keeping = """
        INSERT INTO journal_marks (organisation_id, file_id, sequence) VALUES (?, ?, ?)
        ON CONFLICT (organisation_id) DO UPDATE SET file_id = excluded.file_id, sequence = excluded.sequence
        """
}

/// The table `journal_marks` of the platform's database. Nobody is told of it, hence no journal rows.
extension Transaction {
    func journalMarks() throws -> [(organisationID: String, mark: JournalMark)] {
        try rows("SELECT organisation_id, file_id, sequence FROM journal_marks") {
            (try $0.text(0), JournalMark(fileID: try $0.blob(1), sequence: try $0.int64(2)))
        }
    }

    func keepJournalMarks(_ marks: [String: JournalMark]) throws {
        try unrecorded {
            for (id, mark) in marks.sorted(by: { $0.key < $1.key }) {
                try execute(JournalMark.keeping, id, mark.fileID, mark.sequence)
            }
        }
    }
}

extension StorageCore {
    /// Has the platform learn how far the journals are, where it is time. Nobody waits for it.
    func keepJournalMarks(in platform: Database, isForced: Bool = false) {
        let taken = marks.take(isForced: isForced)
        guard !taken.isEmpty else { return }
        platform.post(as: .system()) { tx in
            try tx.keepJournalMarks(taken)
        } finish: { [self] result in
            var isKept = true
            if case .failure = result { isKept = false }
            marks.finish(taken, isKept: isKept)
        }
    }
}
