import Foundation

// What a disk may hold after a loss of power, as a function of what was done to it.
// - Content is durable from its file's sync on, a name from its directory's sync on.
// - Between syncs anything may have reached the disk: none of it, all of it, a part in another order, single sectors.
// - The names of one directory reach the disk in order, as with every journalling file system.
// - A failed sync may mark pages as written that were not: what was pending then is lost, although it can still be
//   read until the power goes. Source: P. Rebello and others, "Can Applications Recover from fsync Failures?" (2020).
// Paths are relative to the disk's root; the shared memory of a WAL is no content, SQLite makes it anew.
// Content is Data, which copies by memcpy in a debug build, too; arrays of bytes go one by one there.

/// Something that happened to the disk, or that the test was told meanwhile.
enum DiskEvent: Sendable {
    /// SQLite opened the file, and made it where there was none.
    case open(String, isJournal: Bool)
    case write(String, offset: Int, Data)
    case truncate(String, size: Int)
    /// A file's content, or a directory's names.
    case sync(String)
    case syncFailed(String)
    case makeDirectory(String)
    case move(String, to: String)
    case remove(String)
    /// The call with this number got its answer.
    case acknowledged(Int)
}

struct DiskModel: Sendable {
    enum Survival: CaseIterable, Sendable {
        /// Nothing that was not synced.
        case dropped
        /// Everything, as when only the process ends.
        case kept
        /// Everything up to some moment.
        case cut
        /// Any of the writes, in other words reordered.
        case scattered
        /// Any of the sectors.
        case torn
    }

    /// What is found at a path.
    enum Entry: Sendable {
        case directory
        case file(Data)
    }

    static let sectorSize = 512

    private enum Change: Sendable {
        case write(offset: Int, Data)
        case truncate(Int)
    }

    private struct Content: Sendable {
        var durable = Data()
        var pending: [(order: Int, change: Change)] = []
    }

    private enum NameChange: Sendable {
        case link(String, Int)
        case unlink(String)
        case move(String, to: String)
    }

    /// The root, which is there before everything else.
    private static let directoryNumber = 0
    private var contents: [Int: Content] = [:]
    private var durableNames: [String: Int] = [:]
    private var names: [String: Int] = [:]
    private var pendingNames: [String: [(order: Int, change: NameChange)]] = [:]
    /// Journals that SQLite has opened and not synced: it syncs their directory with them, once.
    private var unsyncedJournals: Set<String> = []
    private var order = 0
    private var nextNumber = 1

    var hasPending: Bool {
        pendingNames.values.contains { !$0.isEmpty } || contents.values.contains { !$0.pending.isEmpty }
    }

    mutating func apply(_ event: DiskEvent) {
        order += 1
        switch event {
        case .open(let path, let isJournal):
            if names[path] == nil { make(path, nextNumber) }
            if isJournal { unsyncedJournals.insert(path) }
        case .write(let path, let offset, let bytes): append(path, .write(offset: offset, bytes))
        case .truncate(let path, let size): append(path, .truncate(size))
        case .sync(let path): sync(path)
        case .syncFailed(let path): if let number = names[path] { contents[number]?.pending = [] }
        case .makeDirectory(let path):
            if !path.isEmpty, names[path] == nil { make(path, Self.directoryNumber) }
        case .move(let source, let target):
            names[target] = names.removeValue(forKey: source)
            change(.move(source, to: target), in: Self.parent(of: target))
        case .remove(let path):
            if names.removeValue(forKey: path) != nil { change(.unlink(path), in: Self.parent(of: path)) }
        case .acknowledged: break
        }
    }

    /// What is on the disk if the power goes now.
    func image(_ survival: Survival, _ random: inout SeededRandom) -> [String: Entry] {
        let cut = survival == .cut ? Int.random(in: 0...order, using: &random) : Int.max
        var found = durableNames
        for (_, changes) in pendingNames.sorted(by: { $0.key < $1.key }) {
            let count =
                switch survival {
                case .dropped: 0
                case .kept: changes.count
                case .cut: changes.count { $0.order <= cut }
                case .scattered, .torn: Int.random(in: 0...changes.count, using: &random)
                }
            for (_, change) in changes.prefix(count) { Self.apply(change, to: &found) }
        }
        // A name is found only where its directories are.
        let reachable = found.filter { path, _ in Self.ancestors(of: path).allSatisfy { found[$0] != nil } }
        var image: [String: Entry] = [:]
        for (path, number) in reachable.sorted(by: { $0.key < $1.key }) {
            guard let content = contents[number] else {
                image[path] = .directory
                continue
            }
            var bytes = content.durable
            for (order, change) in content.pending {
                switch survival {
                case .dropped: break
                case .kept: Self.apply(change, to: &bytes)
                case .cut: if order <= cut { Self.apply(change, to: &bytes) }
                case .scattered: if Bool.random(using: &random) { Self.apply(change, to: &bytes) }
                case .torn: Self.tear(change, into: &bytes, &random)
                }
            }
            image[path] = .file(bytes)
        }
        return image
    }

    // MARK: Steps

    private mutating func make(_ path: String, _ number: Int) {
        if number != Self.directoryNumber {
            contents[number] = Content()
            nextNumber += 1
        }
        names[path] = number
        change(.link(path, number), in: Self.parent(of: path))
    }

    private mutating func append(_ path: String, _ change: Change) {
        guard let number = names[path] else { preconditionFailure("\(path) was never opened") }
        contents[number]?.pending.append((order, change))
    }

    private mutating func change(_ change: NameChange, in directory: String) {
        pendingNames[directory, default: []].append((order, change))
    }

    private mutating func sync(_ path: String) {
        if let number = names[path], var content = contents.removeValue(forKey: number) {
            for (_, change) in content.pending { Self.apply(change, to: &content.durable) }
            content.pending = []
            contents[number] = content
            if unsyncedJournals.remove(path) != nil { syncNames(of: Self.parent(of: path)) }
        } else {
            syncNames(of: path)
        }
    }

    private mutating func syncNames(of directory: String) {
        for (_, change) in pendingNames.removeValue(forKey: directory) ?? [] { Self.apply(change, to: &durableNames) }
    }

    private static func apply(_ change: NameChange, to names: inout [String: Int]) {
        switch change {
        case .link(let path, let number): names[path] = number
        case .unlink(let path): names[path] = nil
        case .move(let source, let target): if let number = names.removeValue(forKey: source) { names[target] = number }
        }
    }

    private static func apply(_ change: Change, to bytes: inout Data) {
        switch change {
        case .write(let offset, let new): put(new, 0..<new.count, at: offset, into: &bytes)
        case .truncate(let size): bytes.count = size
        }
    }

    private static func put(_ new: Data, _ range: Range<Int>, at offset: Int, into bytes: inout Data) {
        let end = offset + range.count
        // What lies between the old end and the offset is zero.
        if end > bytes.count { bytes.count = end }
        new.withUnsafeBytes { source in
            bytes.withUnsafeMutableBytes { target in
                UnsafeMutableRawBufferPointer(rebasing: target[offset..<end])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[range]))
            }
        }
    }

    private static func tear(_ change: Change, into bytes: inout Data, _ random: inout SeededRandom) {
        guard case .write(let offset, let new) = change else {
            if Bool.random(using: &random) { apply(change, to: &bytes) }
            return
        }
        var start = 0
        while start < new.count {
            let end = min(new.count, ((offset + start) / sectorSize + 1) * sectorSize - offset)
            if Bool.random(using: &random) { put(new, start..<end, at: offset + start, into: &bytes) }
            start = end
        }
    }

    /// The root is the empty path.
    static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    private static func ancestors(of path: String) -> [String] {
        var ancestors: [String] = []
        var rest = parent(of: path)
        while !rest.isEmpty {
            ancestors.append(rest)
            rest = parent(of: rest)
        }
        return ancestors
    }
}

/// SplitMix64: small, and the same sequence for a seed everywhere. Swift's own generator cannot be seeded.
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
