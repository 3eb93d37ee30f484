import Foundation
import SwiftProtobuf
import UsherAPI

/// The messages of the contract, as the generated descriptors tell of them: says in people's words why a JSON text is
/// not a request, which the decoder does without a place.
struct RequestSchema {
    private var messages: [String: Google_Protobuf_DescriptorProto] = [:]
    private var enums: [String: [String]] = [:]

    init() throws {
        let data = Data(base64Encoded: DescriptorSet.base64, options: .ignoreUnknownCharacters) ?? Data()
        for file in try Google_Protobuf_FileDescriptorSet(serializedBytes: data).file {
            for message in file.messageType { add(message, in: ".\(file.package)") }
            for values in file.enumType { enums[".\(file.package).\(values.name)"] = values.value.map(\.name) }
        }
    }

    private mutating func add(_ message: Google_Protobuf_DescriptorProto, in scope: String) {
        let name = "\(scope).\(message.name)"
        messages[name] = message
        for inner in message.nestedType { add(inner, in: name) }
        for values in message.enumType { enums["\(name).\(values.name)"] = values.value.map(\.name) }
    }

    /// What is wrong with a JSON text that is to be a message of `type`; nil where nothing can be found.
    func problem(in json: String, as type: String) -> String? {
        let value: JSONValue
        do {
            value = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
        } catch {
            return "it is no JSON: \(JSONProblem.text(of: error))"
        }
        return problem(in: value, ".\(type)", at: "")
    }

    /// The enums in a message and in those inside it: the fields' places, and the values that they may have.
    func enumValues(of type: String) -> [(place: String, values: [String])] { enumValues(of: ".\(type)", at: "", []) }

    private func enumValues(of type: String, at place: String, _ outer: [String]) -> [(place: String, values: [String])]
    {
        guard let message = messages[type], !outer.contains(type), !type.hasPrefix(".google.") else { return [] }
        return message.field.flatMap { field in
            let inner = Self.join(place, field.jsonName)
            if let values = enums[field.typeName] { return [(inner, Array(values.dropFirst()))] }
            return enumValues(of: field.typeName, at: inner, outer + [type])
        }
    }

    private func problem(in value: JSONValue, _ type: String, at place: String) -> String? {
        // Times, masks and their like have forms of their own.
        guard let message = messages[type], !type.hasPrefix(".google.protobuf.") else { return nil }
        guard case .object(let members) = value else { return "\(Self.named(place)) must be an object in braces" }
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            guard let field = message.field.first(where: { $0.jsonName == name || $0.name == name }) else {
                return unknown(name, message, at: place)
            }
            if let problem = problem(in: member, field, at: Self.join(place, name)) { return problem }
        }
        return nil
    }

    private func problem(
        in value: JSONValue, _ field: Google_Protobuf_FieldDescriptorProto, at place: String
    ) -> String? {
        if case .null = value { return nil }
        if messages[field.typeName]?.options.mapEntry == true {
            guard case .object = value else { return "\(place) must be an object in braces" }
            return nil
        }
        guard field.label == .repeated else { return single(value, field, at: place) }
        guard case .array(let items) = value else { return "\(place) must be a list in brackets" }
        for (index, item) in items.enumerated() {
            if let problem = single(item, field, at: "\(place)[\(index)]") { return problem }
        }
        return nil
    }

    private func single(
        _ value: JSONValue, _ field: Google_Protobuf_FieldDescriptorProto, at place: String
    ) -> String? {
        switch (field.type, value) {
        case (.message, _): return problem(in: value, field.typeName, at: place)
        case (.enum, .string(let name)):
            let known = enums[field.typeName] ?? []
            return known.contains(name)
                ? nil : "\(place) cannot be '\(name)'; it is one of \(known.dropFirst().joined(separator: ", "))"
        case (.enum, .number): return nil
        case (.string, .string), (.bytes, .string), (.bool, .bool): return nil
        case (.string, _), (.bytes, _): return "\(place) must be a text in quotes"
        case (.bool, _): return "\(place) must be true or false"
        case (_, .number(let number)):
            return number == number.rounded() || field.type == .double || field.type == .float
                ? nil : "\(place) must be a whole number"
        case (_, .string(let text)): return Double(text) == nil ? "\(place) must be a number" : nil
        default: return "\(place) must be a number"
        }
    }

    private func unknown(_ name: String, _ message: Google_Protobuf_DescriptorProto, at place: String) -> String {
        let names = message.field.map(\.jsonName)
        let near = names.map { ($0, CommandNames.distance($0, name)) }.min { $0.1 < $1.1 }
        let meant = near.flatMap { $0.1 <= max(1, name.count / 3) ? "did you mean '\($0.0)'?" : nil }
        return "\(Self.named(place)) has no field '\(name)'; \(meant ?? "it has \(names.joined(separator: ", "))")"
    }

    private static func join(_ place: String, _ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }
    private static func named(_ place: String) -> String { place.isEmpty ? "the request" : place }
}
