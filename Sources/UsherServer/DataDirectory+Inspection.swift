import UsherServices
public import UsherStorage

extension DataDirectory {
    /// Looks at every database of a data directory that no server uses, and changes nothing.
    ///
    /// - Parameter isQuick: leaves out the comparison of indexes with their tables.
    /// - Throws: `StorageError.locked` where a server uses it.
    public static func inspect(_ directory: String, isQuick: Bool) throws -> Inspection {
        try Storage.inspect(
            directory: directory, platformMigrations: Schema.platform, organisationMigrations: Schema.organisation,
            organisationIDs: OrganisationIndex.allIDs, isQuick: isQuick)
    }
}
