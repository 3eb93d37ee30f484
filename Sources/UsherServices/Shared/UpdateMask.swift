import SwiftProtobuf
import UsherContract

extension RawRepresentable where Self: CaseIterable & Hashable, RawValue == String {
    /// The fields that an update mask names; all of them for an empty mask and for `*`. Source: AIP-134.
    ///
    /// - Parameter groups: paths that stand for several fields.
    static func named(
        in mask: Google_Protobuf_FieldMask, groups: [String: Set<Self>] = [:], _ violations: inout Violations
    ) -> Set<Self> {
        if mask.paths.isEmpty || mask.paths == ["*"] { return Set(allCases) }
        var fields: Set<Self> = []
        guard mask.paths.count <= Self.allCases.count + groups.count else {
            violations.require(false, "update_mask", "names more fields than there are")
            return []
        }
        for path in mask.paths {
            if let group = groups[path] {
                fields.formUnion(group)
            } else if let field = Self(rawValue: path) {
                fields.insert(field)
            } else {
                violations.require(false, "update_mask", "names \(path.prefix(100)), which is no field to change")
            }
        }
        return fields
    }
}
