import Foundation
import SwiftProtobuf
import UsherAPI

/// What of a message type matters for counting: its repeated fields and the messages inside. Made from the contract's
/// descriptors, so that no field is forgotten.
///
/// A singular message that comes several times is merged into one, and its repeated fields grow with each. So they are
/// counted for the message that it is in: each outline has a counter for every repeated field of the message and of the
/// singular messages inside it, at any depth.
final class MessageOutline: Sendable {
    struct Field: Sendable {
        enum Kind: Sendable {
            case message(MessageOutline)
            /// Repeated strings and bytes.
            case text
            /// Repeated numbers, which may be packed into one field: the bytes of one; nil for varints.
            case number(width: Int?)
        }

        let name: String
        let kind: Kind
        /// Nil for a singular message.
        let limit: ItemLimit?
        /// Repeated: the field's counter. A singular message: its first counter.
        let counter: Int
    }

    /// The message's full name.
    let name: String
    let counters: Int
    /// By their numbers; others need no counting.
    private let fields: [Field?]

    fileprivate init(name: String, counters: Int, fields: [Field?]) {
        (self.name, self.counters, self.fields) = (name, counters, fields)
    }

    subscript(number: Int) -> Field? { number < fields.count ? fields[number] : nil }

    var all: [(number: Int, field: Field)] {
        fields.enumerated().compactMap { number, field in field.map { (number, $0) } }
    }

    /// The outline of a type of the contract.
    static func of(_ type: String) -> MessageOutline {
        guard let outline = contract[type] else { preconditionFailure("\(type) is not in the contract") }
        return outline
    }

    private static let contract: [String: MessageOutline] = {
        guard let bytes = Data(base64Encoded: DescriptorSet.base64, options: .ignoreUnknownCharacters),
            let set = try? Google_Protobuf_FileDescriptorSet(serializedBytes: bytes)
        else { preconditionFailure("the generated descriptors are none") }
        return outlines(of: set)
    }()

    static func outlines(of set: Google_Protobuf_FileDescriptorSet) -> [String: MessageOutline] {
        var builder = OutlineBuilder()
        for file in set.file {
            for message in file.messageType { builder.declare(message, in: file.package) }
        }
        for name in builder.declared.keys { _ = builder.outline(of: name) }
        return builder.outlines
    }
}

private struct OutlineBuilder {
    var declared: [String: Google_Protobuf_DescriptorProto] = [:]
    var outlines: [String: MessageOutline] = [:]
    /// Types that are being outlined.
    private var open: Set<String> = []

    mutating func declare(_ message: Google_Protobuf_DescriptorProto, in scope: String) {
        let name = scope.isEmpty ? message.name : "\(scope).\(message.name)"
        declared[name] = message
        for nested in message.nestedType { declare(nested, in: name) }
    }

    /// Nil for a type inside itself, of which no request is made, and for what is not declared.
    mutating func outline(of name: String) -> MessageOutline? {
        if let outline = outlines[name] { return outline }
        guard let message = declared[name], open.insert(name).inserted else { return nil }
        defer { open.remove(name) }
        var fields: [MessageOutline.Field?] = []
        var counters = 0
        for field in message.field {
            guard let (outlined, size) = outlined(field, of: name, counter: counters) else { continue }
            let number = Int(field.number)
            if fields.count <= number { fields += Array(repeating: nil, count: number + 1 - fields.count) }
            fields[number] = outlined
            counters += size
        }
        let outline = MessageOutline(name: name, counters: counters, fields: fields)
        outlines[name] = outline
        return outline
    }

    /// The field, and how many counters it takes; nil for one that needs none.
    private mutating func outlined(
        _ field: Google_Protobuf_FieldDescriptorProto, of message: String, counter: Int
    ) -> (MessageOutline.Field, Int)? {
        let isRepeated = field.label == .repeated
        let limit = isRepeated ? ItemLimits.limit(of: "\(message).\(field.name)") : nil
        let kind: MessageOutline.Field.Kind
        var size = 1
        switch field.type {
        case .message, .group:
            guard let inner = outline(of: String(field.typeName.dropFirst())) else { return nil }
            kind = .message(inner)
            if !isRepeated { size = inner.counters }
        case .string, .bytes: kind = .text
        case .fixed32, .sfixed32, .float: kind = .number(width: 4)
        case .fixed64, .sfixed64, .double: kind = .number(width: 8)
        default: kind = .number(width: nil)
        }
        if case .message = kind {} else if !isRepeated { return nil }
        return (MessageOutline.Field(name: field.name, kind: kind, limit: limit, counter: counter), size)
    }
}
