// What the operator is told of all databases, and what storage does for them by itself.

/// How the databases of a storage are, now.
public struct StorageHealth: Sendable, Hashable {
    /// The write-ahead logs of all open databases, in bytes.
    public var walBytes = 0
    /// The largest of them.
    public var largestWALBytes = 0
    /// Databases that are open for reading only; writes to them are refused.
    public var readOnlyDatabases = 0
    /// Those of them for want of room on the disk.
    public var fullDatabases = 0
    /// Organisations whose calls are all refused, since their database could not be opened when it was last tried.
    public var unavailableOrganisations = 0
    /// Whether the platform's database can be written.
    public var isPlatformWritable = true
}

extension Storage {
    /// How the databases are, now. Walks over all organisations that were used since the start.
    public var health: StorageHealth {
        var sum = StorageHealth()
        for database in known + [platform] {
            let health = database.health.withLock { $0 }
            let bytes = health.walFrames * StorageLimits.walFrameBytes
            sum.walBytes += bytes
            sum.largestWALBytes = max(sum.largestWALBytes, bytes)
            if health.isUnavailable { sum.unavailableOrganisations += 1 }
            guard let cause = health.readOnlyCause else { continue }
            sum.readOnlyDatabases += 1
            if case .full = cause { sum.fullDatabases += 1 }
            if database.organisationID == nil { sum.isPlatformWritable = false }
        }
        return sum
    }

    /// Looks whether databases that could not be written can be again, and has the platform learn how far the journals
    /// are. To be called about once a second; blocks for a small file where the platform has changed.
    public func tend() {
        for database in known + [platform] where database.health.withLock({ $0.readOnlyCause != nil }) {
            database.poke()
        }
        core.keepJournalMarks(in: platform)
        keepPlatformMark()
    }

    /// Writes down how far the platform's own journal is, where that has changed.
    func keepPlatformMark() {
        guard let fileID = platform.fileID.withLock({ $0 }) else { return }
        do {
            try core.platformMark.keep(fileID: fileID)
        } catch {
            platform.log("platform.mark was not written", error)
        }
    }
}
