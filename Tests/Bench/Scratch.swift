import Foundation
import Synchronization

// What a run leaves unless it is cleared away: a directory and child processes. Cleared at the end, and when the run is
// stopped by SIGINT or SIGTERM.

final class Scratch: Sendable {
    let directory: String
    private let children = Mutex<[ChildServer]>([])

    /// - Parameter parent: where the directory is made; it decides which disk is measured.
    init(in parent: String) throws {
        directory = "\(parent)/usher-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in
                // Held by its own handler, or it would end with this scope.
                source.cancel()
                clear()
                exit(128 + number)
            }
            source.activate()
        }
    }

    /// Runs a server as a child process and waits until it says where it serves.
    func start(_ binary: String, _ arguments: [String]) throws -> ChildServer {
        let child = try ChildServer(binary, arguments)
        children.withLock { $0.append(child) }
        return child
    }

    /// The text of a small file, without white space around it.
    static func text(of path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func clear() {
        for child in children.withLock({ $0 }) { child.stop() }
        try? FileManager.default.removeItem(atPath: directory)
    }
}

/// A server in a process of its own.
final class ChildServer: Sendable {
    let port: Int
    private let process: Process

    init(_ binary: String, _ arguments: [String]) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: binary)
        process.arguments = arguments
        process.standardOutput = output
        // Closed when this process ends, however it ends; the gRPC baseline then ends too.
        process.standardInput = Pipe()
        try process.run()
        var text = ""
        while true {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw BenchFailure("\(binary) ended before it served: \(text)") }
            text += String(decoding: data, as: UTF8.self)
            if let port = Self.port(in: text) {
                self.port = port
                self.process = process
                return
            }
        }
    }

    private static func port(in text: String) -> Int? {
        guard let start = text.range(of: ServingLine.prefix)?.upperBound, text[start...].contains("\n") else {
            return nil
        }
        return Int(text[start...].prefix(while: \.isNumber))
    }

    /// Processor time used so far, in seconds. Source: proc(5), fields 14 and 15 of `stat`; nil where there is none.
    var processorSeconds: Double? {
        guard let stat = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8),
            let nameEnd = stat.lastIndex(of: ")")
        else { return nil }
        // What follows the name begins with field 3.
        let fields = stat[stat.index(after: nameEnd)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// SIGTERM, then SIGKILL where that is not enough; returns when the process is gone.
    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        let end = DispatchTime.now() + BenchLimits.stopSeconds
        while process.isRunning, DispatchTime.now() < end { usleep(10_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }
}

/// What a server prints when it serves; the echo server prints the same as `usher serve`.
enum ServingLine {
    static let prefix = "serving on 127.0.0.1:"
}

/// Why the benchmark cannot run; shown as it is.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
