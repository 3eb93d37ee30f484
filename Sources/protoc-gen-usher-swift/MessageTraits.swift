import SwiftProtobufPluginLibrary

extension Descriptor {
    /// Whether the message has a singular string field `request_id`.
    var hasRequestID: Bool {
        fields.contains { $0.name == "request_id" && $0.type == .string && !$0.isRepeated }
    }

    /// Whether the message has a map field, at any depth. Types may be recursive.
    var containsMap: Bool {
        var seen: Set<String> = []
        var waiting = [self]
        while let message = waiting.popLast() {
            guard seen.insert(message.fullName).inserted else { continue }
            for field in message.fields where field.type == .message || field.type == .group {
                if field.isMap { return true }
                waiting.append(field.messageType)
            }
        }
        return false
    }
}
