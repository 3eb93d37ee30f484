internal import GRDBSQLite

/// What can go wrong in storage. None of it is shown to callers: a service turns what it expects (``unique(_:)``) into
/// a `Refusal`; everything else becomes INTERNAL and a log line.
public enum StorageError: Error, Sendable, Hashable {
    /// A UNIQUE index or primary key refused the row: `voucher.code`, or `a.x, a.y` where it has several columns.
    case unique(String)
    /// A CHECK refused the row: the constraint's name or text.
    case check(String)
    case foreignKey
    /// NOT NULL refused the row: `voucher.code`.
    case notNull(String)
    /// Another constraint, a STRICT column's type, or a trigger's RAISE refused the row: its message.
    case constraint(String)
    /// The file is no database, not the database that it should be, or damaged.
    case corrupt(String)
    /// What a service has found in its tables contradicts itself. It is the call's failure alone: the others of its
    /// transaction and the connection are as good as before.
    case inconsistent(String)
    /// A column holds another type than the reader expects: the schema and the code disagree.
    case typeMismatch(String)
    /// The disk is full.
    case full(String)
    /// The operating system refused: what was tried, and why.
    case io(String)
    /// Somebody else uses it now.
    case busy(String)
    /// The file was written by a newer Usher.
    case newerVersion(found: Int, known: Int)
    /// A setting that durability rests on could not be made.
    case setting(String)
    /// A write on the read lane.
    case readOnly
    /// A write changed rows and recorded nothing in the journal: the method's name.
    case unrecordedChange(String)
    /// The transaction is gone, rolled back by the engine; nothing of it was committed.
    case transactionLost
    /// The commit failed; whether it became durable is not known.
    case outcomeUnknown(String)
    /// The data directory is in use by another process.
    case locked(String)
    /// The id cannot be an organisation's.
    case invalidOrganisationID(String)
    case closed
    /// Anything else that SQLite reports: its extended result code and message. Usually a mistake in the SQL.
    case sql(code: Int32, message: String)

    /// Whether it may be for want of space, or because the disk cannot be written: reading may still work.
    var isOfWriting: Bool {
        switch self {
        case .full, .io, .readOnly: true
        default: false
        }
    }

    /// From SQLite's extended result code and message. Source: sqlite.org/rescode.html.
    init(code: Int32, message: String) {
        switch code {
        case SQLITE_CONSTRAINT | (8 << 8), SQLITE_CONSTRAINT | (6 << 8), SQLITE_CONSTRAINT | (10 << 8):
            self = .unique(Self.subject(message))
        case SQLITE_CONSTRAINT | (1 << 8): self = .check(Self.subject(message))
        case SQLITE_CONSTRAINT | (3 << 8): self = .foreignKey
        case SQLITE_CONSTRAINT | (5 << 8): self = .notNull(Self.subject(message))
        default:
            switch code & 0xff {
            case SQLITE_CONSTRAINT, SQLITE_MISMATCH: self = .constraint(message)
            case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt(message)
            case SQLITE_FULL: self = .full(message)
            // The index of the WAL found no room on the disk: SQLITE_IOERR_SHMSIZE.
            case SQLITE_IOERR where code >> 8 == 19: self = .full(message)
            case SQLITE_IOERR, SQLITE_CANTOPEN: self = .io("\(message) (\(code))")
            case SQLITE_BUSY, SQLITE_LOCKED: self = .busy(message)
            case SQLITE_READONLY: self = .readOnly
            default: self = .sql(code: code, message: message)
            }
        }
    }

    /// `voucher.code` from "UNIQUE constraint failed: voucher.code".
    private static func subject(_ message: String) -> String {
        guard let colon = message.firstIndex(of: ":") else { return message }
        return String(message[colon...].dropFirst(2))
    }
}

/// For people at a terminal, and for logs.
extension StorageError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unique(let what): "a duplicate of \(what)"
        case .check(let what): "a value that \(what) does not allow"
        case .foreignKey: "a reference to a row that does not exist"
        case .notNull(let what): "no value for \(what)"
        case .constraint(let what): what
        case .corrupt(let what): "damaged: \(what)"
        case .inconsistent(let what): "data that contradicts itself: \(what)"
        case .typeMismatch(let what): "not what was expected: \(what)"
        case .full(let what): "the disk is full: \(what)"
        case .io(let what): what
        case .busy(let what): "in use: \(what)"
        case .newerVersion(let found, let known):
            "written by a newer Usher (version \(found), and this one knows \(known))"
        case .setting(let what): "a setting that durability rests on cannot be made: \(what)"
        case .readOnly: "a write on a read-only connection"
        case .unrecordedChange(let method): "\(method) changed something and recorded nothing"
        case .transactionLost: "the transaction was lost"
        case .outcomeUnknown(let what): "it is not known whether the commit was done: \(what)"
        case .locked(let what): what
        case .invalidOrganisationID(let id): "no id of an organisation: \(id)"
        case .closed: "closed"
        case .sql(let code, let message): "\(message) (\(code))"
        }
    }
}
