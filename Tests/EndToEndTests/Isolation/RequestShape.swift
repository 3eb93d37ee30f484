import Foundation
import UsherAPI

/// A field of a request that names something.
struct IDField: Hashable, CustomStringConvertible {
    /// The names from the request down, in JSON: `["voucher", "scope", "assetIds"]`; `["assets[]", "assetId"]` within
    /// a list of messages.
    var path: [String]
    var kind: IDKind
    var isRepeated: Bool

    var description: String { path.joined(separator: ".") }
    /// Whether it stands in the request itself and not in a resource within.
    var isOutermost: Bool { path.count == 1 }
    /// `voucher.voucherId`: the id of the resource that the request carries.
    var namesItsResource: Bool { path.count == 2 && path[1] == "\(path[0])Id" }
}

/// The fields of a method's request, read from the template that is generated from its descriptor.
struct RequestShape {
    let method: any AnyMethod
    private(set) var fields: [IDField] = []
    /// Fields whose name looks like an id's and that ``IDKind`` does not know.
    private(set) var unknown: [String] = []
    /// Every field that holds no other fields, with its default in JSON.
    private(set) var leaves: [(path: [String], value: Any)] = []
    private var plain: [(path: [String], value: Any)] = []

    init(_ method: any AnyMethod) throws {
        self.method = method
        let template = try JSONSerialization.jsonObject(with: Data(method.requestTemplate.utf8))
        try walk(template as? [String: Any] ?? [:], [])
        fields.sort { $0.description < $1.description }
        leaves.sort { $0.path.joined(separator: ".") < $1.path.joined(separator: ".") }
    }

    private mutating func walk(_ object: [String: Any], _ outer: [String]) throws {
        for (name, value) in object {
            let path = outer + [name]
            let text = path.joined(separator: ".")
            let known = PlainValues.byPath["\(method.descriptor.name)/\(text)"] ?? PlainValues.byPath[text]
            if let known {
                let data = Data(known.utf8)
                plain.append((path, try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)))
            }
            let single = (value as? [Any])?.first ?? value
            if let nested = single as? [String: Any] {
                // An empty object is a map, or too deep to be looked into.
                if value is [Any] || nested.isEmpty { leaves.append((path, value)) }
                try walk(nested, value is [Any] ? outer + ["\(name)[]"] : path)
                continue
            }
            leaves.append((path, value))
            if single is String, IDKind.looksLikeID(name) {
                if let kind = IDKind.byField["\(method.descriptor.name)/\(text)"] ?? IDKind.byField[name] {
                    fields.append(IDField(path: path, kind: kind, isRepeated: value is [Any]))
                } else {
                    unknown.append(text)
                }
            }
        }
    }

    /// The fields that a request of a caller who means well has: what it names itself, and in an update what the
    /// resource is.
    var usual: [IDField] {
        fields.filter { field in
            let isUpdated = field.namesItsResource && !method.descriptor.name.hasPrefix("Create")
            return (field.isOutermost || isUpdated) && field.kind != .pageToken && field.kind != .ownWord
        }
    }

    /// An encoded request with these ids and the plain values that the method needs.
    ///
    /// - Parameter replacing: the path of one more field, and its value in JSON.
    func payload(
        _ ids: [IDField: String], pageSize: Int? = nil, replacing: (path: [String], value: Any)? = nil
    ) throws -> [UInt8] {
        var object: [String: Any] = [:]
        for (path, value) in plain { Self.set(value, at: path[...], in: &object) }
        for (field, id) in ids { Self.set(field.isRepeated ? [id] : id, at: field.path[...], in: &object) }
        if let pageSize { object["pageSize"] = pageSize }
        if let replacing { Self.set(replacing.value, at: replacing.path[...], in: &object) }
        let json = try JSONSerialization.data(withJSONObject: object)
        return try method.requestBytes(fromJSON: String(decoding: json, as: UTF8.self))
    }

    private static func set(_ value: Any, at path: ArraySlice<String>, in object: inout [String: Any]) {
        guard let name = path.first else { return }
        guard path.count > 1 else {
            object[name] = value
            return
        }
        // One element stands for a list.
        let listName = name.hasSuffix("[]") ? String(name.dropLast(2)) : nil
        let found = listName.flatMap { (object[$0] as? [Any])?.first } ?? object[name]
        var inner = found as? [String: Any] ?? [:]
        set(value, at: path.dropFirst(), in: &inner)
        if let listName { object[listName] = [inner] } else { object[name] = inner }
    }
}
