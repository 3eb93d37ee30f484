import Foundation
import SwiftProtobufPluginLibrary

/// A request's JSON with every field in it, for the help of `usher call`.
enum RequestTemplate {
    /// Deeper messages, and those inside themselves, stay `{}`.
    static let maximumDepth = 4

    /// The template as a Swift string literal.
    static func swiftLiteral(of message: Descriptor) -> String {
        "#\"\(object(message, inside: []))\"#"
    }

    private static func object(_ message: Descriptor, inside outer: [String]) -> String {
        guard outer.count < maximumDepth, !outer.contains(message.fullName) else { return "{}" }
        let members = message.fields.map { field in
            "\"\(field.jsonName ?? NamingUtils.toJsonFieldName(field.name))\": "
                + value(of: field, inside: outer + [message.fullName])
        }
        return "{" + members.joined(separator: ", ") + "}"
    }

    private static func value(of field: FieldDescriptor, inside outer: [String]) -> String {
        if field.isMap { return "{}" }
        let single = singleValue(of: field, inside: outer)
        return field.isRepeated ? "[\(single)]" : single
    }

    private static func singleValue(of field: FieldDescriptor, inside outer: [String]) -> String {
        switch field.type {
        case .string, .bytes: "\"\""
        case .bool: "false"
        // 64-bit integers are strings in protobuf's JSON.
        case .int64, .uint64, .sint64, .fixed64, .sfixed64: "\"0\""
        case .int32, .uint32, .sint32, .fixed32, .sfixed32, .float, .double: "0"
        case .enum: "\"\(field.enumType.values[0].name)\""
        case .message, .group: wellKnown(field.messageType) ?? object(field.messageType, inside: outer)
        }
    }

    private static func wellKnown(_ message: Descriptor) -> String? {
        switch message.fullName {
        case "google.protobuf.Timestamp": "\"1970-01-01T00:00:00Z\""
        case "google.protobuf.Duration": "\"0s\""
        case "google.protobuf.FieldMask": "\"\""
        case "google.protobuf.Struct", "google.protobuf.Any", "google.protobuf.Empty": "{}"
        case "google.protobuf.ListValue": "[]"
        default: message.file.package == "google.protobuf" ? "null" : nil
        }
    }
}
