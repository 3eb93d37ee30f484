internal import Foundation

// Every limit of storage, with its reason. The defaults are what the server runs with; tests make them small.

/// How much storage takes on at once, and how long it keeps things.
public struct StorageLimits: Sendable {
    /// Calls that may wait in one lane of one organisation; past it a call is refused `ORGANISATION_OVERLOADED`.
    public var queuedCalls = 4_096
    /// Payload bytes that may wait in one lane of one organisation, in bytes.
    public var queuedBytes = 64 << 20
    /// How long an overloaded caller is asked to wait. A full queue drains in about this time.
    public var overloadRetryAfter = Duration.milliseconds(250)

    /// Calls in one transaction, thus in one fsync, before the next organisation has its turn.
    public var batchCalls = 256
    /// Payload bytes in one transaction; a single larger call is still taken, alone.
    public var batchBytes = 8 << 20
    /// Memory that the decoded requests of one transaction take together, in bytes, before no more are decoded; a
    /// larger one is still taken. Times the threads, it bounds what requests of few bytes and many items cost.
    public var batchDecodedBytes = 16 << 20
    /// How long a transaction goes on taking calls. A call that has begun is always finished.
    public var batchTime = Duration.milliseconds(20)

    /// How long a write transaction goes on with ordinary calls once verdicts wait. A read transaction runs one: a list
    /// can take as long as this by itself.
    public var ordinaryTime = Duration.milliseconds(5)

    /// Threads for read lanes; nil is one per core.
    public var readerThreads: Int?
    /// Threads for write lanes; nil is twice the cores, at least 8, because they sleep in fsync.
    public var writerThreads: Int?
    /// Threads that open organisations; they sleep in fsync.
    public var openerThreads = 4
    /// A turn that takes longer than this, by one large call or a slow disk, gets a spare thread in its place, so that
    /// other organisations do not wait for it.
    public var longTurn = Duration.milliseconds(50)
    /// How many spare threads each pool can have.
    public var spareThreads = 8
    /// Organisations open at once; nil derives it from RLIMIT_NOFILE.
    public var openOrganisations: Int?

    /// The longest request id, in characters.
    public var requestIDLength = 64
    /// The largest reply, in bytes: what fits in a frame of 4 MiB with the envelope around it.
    public var replyBytes = 4 << 20 - 16
    /// The largest reply that is kept for a replay, in bytes.
    public var storedReplyBytes = 1 << 20
    /// How long a reply is kept at least.
    public var requestLogAge = Duration.hours(24)
    /// Stored replies that one transaction of the sweep looks at: what takes a few milliseconds.
    public var sweepKeys = 1_000

    /// WAL frames (pages of 4 KiB) after which the writer checkpoints. More frames cost disk and a longer pause, and
    /// save writes of pages that change often.
    public var checkpointFrames = 4_000
    /// WAL frames at which the read lane pauses for a checkpoint, so that the WAL can begin anew. Bounds its size.
    public var restartFrames = 16_000
    /// How long after a checkpoint that another process's reader held up the next one is tried. It costs a pause of the
    /// read lane each time.
    public var restartRetryAfter = Duration.seconds(1)
    /// WAL frames at which writes are refused, while another process keeps the WAL from beginning anew: 1 GiB. What
    /// fills the disk takes every organisation's writes away.
    public var mostFrames = 262_144
    /// How often a database that cannot be written, for want of space or for a failing disk, is tried again.
    public var writeRetryAfter = Duration.seconds(1)
    /// How often at most the platform's database learns how far the organisations' journals are: one small write for
    /// all of them.
    public var journalMarksAfter = Duration.seconds(1)
    /// The page cache of a connection to the platform database, in KiB.
    public var platformCacheKiB = 2_048
    /// The page cache of an organisation's reader, in KiB; small because tenants are many.
    public var organisationCacheKiB = 512
    /// The page cache of an organisation's writer, in KiB. What a commit changes is scattered over the file: with 512
    /// the cache spills into the WAL before the commit. Only what is touched takes memory, and closing gives it back.
    public var organisationWriterCacheKiB = 4_096

    /// Whether a write that changed rows and recorded nothing in the journal fails. Off only for tests of storage.
    public var requireJournal = true

    public init() {}

    var resolvedReaderThreads: Int { max(1, readerThreads ?? Self.cores) }
    var resolvedWriterThreads: Int { max(1, writerThreads ?? max(8, 2 * Self.cores)) }

    /// Half of the descriptors: the other half is for connections.
    var resolvedOpenOrganisations: Int {
        let affordable = FileSystem.descriptorLimit / 2 / Self.descriptorsPerOrganisation
        return max(1, openOrganisations ?? min(affordable, Self.mostOpenOrganisations))
    }

    /// The descriptors that this process may have (RLIMIT_NOFILE).
    public static var descriptorLimit: Int { FileSystem.descriptorLimit }

    private static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// One in so many places of a lane, and of a transaction, is kept for verdicts, and one for all other calls.
    static let keptShare = 8
    /// Of the places in a lane of the platform's database no organisation has more than one in so many.
    static let organisationShare = 16
    /// How often a wake-up is tried before the transaction that asks for it is given up.
    static let wakeUpAttempts = 3
    /// A frame of a WAL: a page and its header, in bytes.
    static let walFrameBytes = 4_120
    /// Less free space than this is none: a database is not tried again before there is more; in bytes.
    static let leastFreeBytes = 1 << 20
    static let busyTimeoutSeconds = 5.0
    /// New entries in the request log after which the purge looks for old ones.
    static let purgeInterval = 16
    /// Keys that the purge looks at per new entry: two, so that it overtakes what is added.
    static let purgeKeysPerEntry = 2
    /// How often, a millisecond apart, the creation of an organisation looks whether an old file of it is unused.
    static let replaceAttempts = 5_000
    /// How far ahead ids are reserved, and how much of that must be left; in milliseconds.
    static let idBlock: Int64 = 2_000
    static let idMargin: Int64 = 1_000
    /// So many statements are found by where their text is: several times those of the calls that come often, so that
    /// few of them share a place. A prime.
    static let keptStatements = 509
    /// A shorter text is looked up by its characters.
    static let shortestKeptStatement = 32
    /// A bound value above this is released after the statement instead of with the next use; in bytes.
    static let keptBinding = 4_096
    /// An organisation's id is a directory's name.
    static let organisationIDLength = 63
    /// An open organisation's descriptors: two connections with database, WAL and shared memory each.
    public static let descriptorsPerOrganisation = 6
    /// Beyond this many open organisations memory is the tighter limit.
    public static let mostOpenOrganisations = 4_096
    /// The page cache of a connection that checks a whole file, in KiB; one is open at a time.
    static let inspectionCacheKiB = 16_384
    /// Problems that the check of one file lists before it stops.
    static let reportedProblems = 20
    /// Organisations that are closed at a time where descriptors are short, and how often that is tried for one that is
    /// to be opened.
    static let closedForDescriptors = 4
    static let descriptorAttempts = 5
    /// SQLite writes no database smaller than its smallest page, in bytes.
    static let smallestDatabase = 512
}
