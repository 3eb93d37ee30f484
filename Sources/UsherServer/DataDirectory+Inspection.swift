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

    /// Has an organisation be served although acknowledged changes are missing in its file, and writes that down.
    ///
    /// - Throws: `StorageError.locked` where a server uses the directory; `StorageError.corrupt` where the file cannot
    ///   be served at all.
    public static func acceptLoss(of organisationID: String, in directory: String) throws -> AcceptedLoss {
        try Storage.acceptLoss(
            of: organisationID, directory: directory, platformMigrations: Schema.platform,
            organisationMigrations: Schema.organisation)
    }
}
