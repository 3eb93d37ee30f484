import CMemory
import Glibc
import Synchronization

/// The memory of this process, and giving back what is free in it.
///
/// The allocator keeps what was freed, and hands it to the next who asks: after a peak the process would stay as large
/// as it was then. `malloc_trim` gives whole free pages back to the system.
final class ProcessMemory: Sendable {
    static let shared = ProcessMemory()

    /// So much that is free and still resident is worth giving back, in bytes: pages that are used again soon cost a
    /// fault each.
    private static let worthwhile = 32 << 20
    /// How often it is looked, so that a peak is over when its memory is given back.
    static let interval = Duration.seconds(10)

    /// What was resident and not in use after the last time, in bytes: holes that no trimming gives back.
    private let holes = Atomic<Int>(0)
    private let trims = Atomic<Int>(0)

    /// How often memory was given back.
    var trimCount: Int { trims.load(ordering: .relaxed) }

    /// Gives memory back where that is worthwhile. Blocks for milliseconds, and other threads' allocations for less.
    ///
    /// - Returns: whether it did.
    @discardableResult
    func trimIfWorthwhile() -> Bool {
        let excess = Self.excess
        let least = holes.load(ordering: .relaxed)
        guard excess > least + Self.worthwhile else {
            holes.store(min(least, excess), ordering: .relaxed)
            return false
        }
        trim()
        return true
    }

    /// Gives memory back.
    func trim() {
        memory_trim()
        holes.store(Self.excess, ordering: .relaxed)
        trims.add(1, ordering: .relaxed)
    }

    /// Resident memory that is not in use, in bytes.
    private static var excess: Int { max(0, residentBytes - memory_allocated_bytes()) }

    /// The process's resident memory, in bytes; 0 where the system does not tell.
    static var residentBytes: Int {
        // Source: proc(5), statm: sizes in pages; the second is what is resident.
        let fields = text(of: "/proc/self/statm").split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Open descriptors; nil where they cannot be counted, for example since there is none left to do it with.
    static var openDescriptors: Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // The directory itself, and what every directory has: `.` and `..`.
        return count - 3
    }

    /// The most descriptors that may be open; nil where the system does not tell.
    static var maximumDescriptors: Int? {
        // Source: proc(5), limits: name, soft limit, hard limit, unit; the name has blanks.
        let name = "Max open files"
        guard let line = text(of: "/proc/self/limits").split(separator: "\n").first(where: { $0.hasPrefix(name) })
        else { return nil }
        return line.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
    }

    /// The gauges under their usual names, as Prometheus' text.
    static var prometheusText: String {
        let gauges: [(name: String, value: Int?)] = [
            ("resident_memory_bytes", residentBytes), ("open_fds", openDescriptors), ("max_fds", maximumDescriptors),
        ]
        return gauges.compactMap { name, value in
            value.map { "# TYPE process_\(name) gauge\nprocess_\(name) \($0)\n" }
        }.joined()
    }

    private static func text(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 8 << 10)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : ""
    }
}
