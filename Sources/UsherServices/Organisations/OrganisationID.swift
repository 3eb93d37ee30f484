/// Which ids a new organisation may not have. Its id is a directory's name, and a data directory may be copied to any
/// file system.
enum OrganisationID {
    /// What names devices on Windows and on file systems made for it, with whatever stands behind a dot.
    private static let devices: Set<String> = Set(
        ["con", "prn", "aux", "nul"] + ["com", "lpt"].flatMap { name in (0...9).map { "\(name)\($0)" } })

    /// Whether the id is a device's name, or ends with a dot, which some file systems leave out.
    static func isReserved(_ id: String) -> Bool {
        guard !id.hasSuffix(".") else { return true }
        return devices.contains(id.prefix { $0 != "." }.lowercased())
    }
}
