import Foundation
import Testing

/// What a process holds, as the kernel counts it.
enum ServerMemory {
    /// The memory in use, in MiB.
    static func resident(of process: Int32) throws -> Int { try value("VmRSS:", of: process) }

    /// The most memory that was ever in use, in MiB.
    static func peak(of process: Int32) throws -> Int { try value("VmHWM:", of: process) }

    private static func value(_ name: String, of process: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(name) })
        let kibibytes = try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        return kibibytes / 1_024
    }
}
