public import Logging
import UsherContract
import UsherServices
import UsherStorage

/// What a data directory needs before it can be served.
public enum DataDirectory {
    /// Makes a data directory that can be served, without serving it.
    ///
    /// - Returns: the operator's key where it was made just now; nil where there was one already.
    public static func initialise(_ directory: String, logger: Logger) throws -> String? {
        let storage = try Storage(
            directory: directory, platformMigrations: Schema.platform, organisationMigrations: Schema.organisation,
            logger: logger)
        defer { storage.shutdown() }
        return try prepare(storage, Services(storage: storage, credentials: CredentialTable()), in: directory)
    }

    /// Makes the operator's first key where there is none, and reads the keys and organisations into memory.
    @discardableResult
    static func prepare(_ storage: Storage, _ services: Services, in directory: String) throws -> String? {
        let organisations = services.organisations
        var key: String?
        // What can only be read is served so, and so is what has a key while the clock is wrong: nothing is written.
        let hasKey = try storage.platform.readBlocking(as: .system()) { try organisations.hasOperatorKey(in: $0) }
        if !hasKey, storage.health.isPlatformWritable {
            key = try storage.platform.writeBlocking(as: .system()) { tx in
                try organisations.makeFirstOperatorKey(
                    keep: { try OperatorKeyFile.write($0, in: directory) }, in: tx)
            }
        }
        try storage.platform.readBlocking(as: .system()) { tx in
            try services.organisations.loadCredentials(in: tx)
        }
        return key
    }
}
