/// Which organisations there are, for who looks at the files of a server that is stopped.
public enum OrganisationIndex {
    /// SQL for the platform's database: all ids, in order.
    public static let allIDs = "SELECT organisation_id FROM organisations ORDER BY organisation_id"
}
