/// What the files of a data directory are like, as `Storage.inspect` found them.
public struct Inspection: Sendable {
    /// One database file.
    public struct Database: Sendable {
        /// Nil for the platform's database.
        public var organisationID: String?
        /// Relative to the data directory.
        public var path: String
        /// The size of the file, in bytes; nil where it is missing.
        public var bytes: Int?
        /// The size of the write-ahead log, in bytes; above 0 after a process that was killed.
        public var walBytes = 0
        /// Storage's own migrations above 16 bits of the services'; nil where it cannot be read.
        public var version: Int?
        /// What is wrong: whoever uses the database meets it.
        public var problems: [String] = []
        /// What is worth knowing, and harmless.
        public var notes: [String] = []
    }

    public var platform: Database
    /// By id: those that the platform's database knows, and those that only have files.
    public var organisations: [Database]
    /// The version that this program writes, of the platform's database and of an organisation's.
    public var platformVersion: Int
    public var organisationVersion: Int

    public var isSound: Bool { ([platform] + organisations).allSatisfy(\.problems.isEmpty) }
}
