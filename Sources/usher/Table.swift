import Foundation
import SwiftProtobuf

/// Rows for people: columns as wide as what is in them.
struct Table {
    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: String...) { self.header = header }
    init(_ header: [String]) { self.header = header }

    mutating func add(_ cells: String...) { rows.append(cells) }
    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The table's lines; nothing where there are no rows.
    var lines: [String] {
        guard !rows.isEmpty else { return [] }
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { cells in
            zip(cells, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
                .trimmingCharacters(in: .whitespaces)
        }
    }

    func print() { for line in lines { Swift.print(line) } }
}

/// Values of messages as people read them.
enum Readable {
    /// A time in UTC, to the second; `-` for none.
    static func time(_ time: Google_Protobuf_Timestamp, _ isSet: Bool) -> String {
        isSet ? time.date.formatted(.iso8601) : "-"
    }

    /// A message as JSON on one line, for scripts.
    static func json(_ message: some Message) throws -> String {
        var options = JSONEncodingOptions()
        options.useDeterministicOrdering = true
        return try message.jsonString(options: options)
    }
}

extension String {
    var orDash: String { isEmpty ? "-" : self }
}

/// A bar on standard error, while it is a terminal.
struct ProgressBar {
    private let total: Int
    private let isVisible = isatty(STDERR_FILENO) == 1

    init(total: Int) { self.total = total }

    func show(_ done: Int) {
        guard isVisible, total > 0 else { return }
        let filled = done * 40 / total
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 40 - filled)
        let end = done == total ? "\n" : ""
        FileHandle.standardError.write(Data("\r[\(bar)] \(done) of \(total)\(end)".utf8))
    }
}
