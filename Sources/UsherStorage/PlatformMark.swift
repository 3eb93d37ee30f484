internal import Foundation
internal import Synchronization

// How far the platform's own journal was, in a small file beside its database, `platform.mark`: nobody else could keep
// it. It is written now and then after the platform's journal has grown, which it does for organisations and keys only.

final class PlatformMark: Sendable {
    private let path: String
    /// The last row that is durable, noted by the platform's write lane.
    private let durable = Atomic<Int64>(0)
    private let kept: Mutex<JournalMark?>

    /// Reads the mark; what is no mark counts as none.
    init(directory: String) {
        path = directory + "/platform.mark"
        kept = Mutex(Self.read(path))
    }

    var known: JournalMark? { kept.withLock { $0 } }

    func note(_ sequence: Int64) { durable.store(sequence, ordering: .releasing) }

    /// Writes the mark if the journal has grown since. Blocks for file operations.
    func keep(fileID: [UInt8]) throws {
        let mark = JournalMark(fileID: fileID, sequence: durable.load(ordering: .acquiring))
        try kept.withLock { kept in
            guard mark.sequence > kept?.sequence ?? -1 || kept?.fileID != fileID else { return }
            let text = "\(Data(mark.fileID).base64EncodedString()) \(mark.sequence)\n"
            try FileSystem.replace(path, with: Data(text.utf8))
            kept = mark
        }
    }

    /// Before a new platform's database is made.
    func remove() throws {
        try FileSystem.remove(path)
        kept.withLock { $0 = nil }
    }

    static func read(_ path: String) -> JournalMark? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let parts = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
        guard parts.count == 2, let id = Data(base64Encoded: parts[0]), let sequence = Int64(parts[1]) else {
            return nil
        }
        return JournalMark(fileID: Array(id), sequence: sequence)
    }
}
