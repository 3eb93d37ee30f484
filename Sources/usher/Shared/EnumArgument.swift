import ArgumentParser
import SwiftProtobuf

/// A value of a protobuf enum on the command line, as people write it: `live_event`, `frozen`.
struct EnumArgument<Value: Enum & CaseIterable>: ExpressibleByArgument {
    let value: Value

    init?(argument: String) {
        let word = Self.folded(argument)
        guard let found = Self.known.first(where: { Self.folded("\($0)") == word }) else { return nil }
        value = found
    }

    /// All but the one that says nothing.
    private static var known: [Value] { Value.allCases.filter { $0.rawValue != 0 } }

    static var allValueStrings: [String] { known.map { words("\($0)") } }

    /// `liveEvent` is `live_event` to people.
    private static func words(_ name: String) -> String {
        name.reduce(into: "") { text, letter in
            if letter.isUppercase { text += "_" }
            text += letter.lowercased()
        }
    }

    private static func folded(_ text: String) -> String {
        text.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " }
    }
}
