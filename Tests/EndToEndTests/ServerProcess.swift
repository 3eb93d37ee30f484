import Foundation
import FoundationNetworking
import Testing
import UsherClient

/// A server as users run it: the built `usher` binary, in a process of its own, on a temporary data directory.
final class ServerProcess {
    let directory: String
    private(set) var port = 0
    private(set) var adminPort = 0
    private var process: Process?

    init() {
        directory = "\(NSTemporaryDirectory())usher-process-\(UUID().uuidString)"
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// The folder that the tests were built into holds the executables too.
    static var binary: String {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        return folder.appendingPathComponent("usher").path
    }

    var operatorKey: String {
        get throws {
            try String(contentsOfFile: "\(directory)/operator.key", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    var processID: Int32 {
        get throws { try #require(process).processIdentifier }
    }

    /// Starts the server on any free port, with further flags, and waits until it says that it serves.
    func start(_ flags: String...) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: Self.binary)
        process.arguments =
            [
                "serve", "--data", directory, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--log-level",
                "warning",
            ] + flags
        process.standardOutput = output
        try process.run()
        self.process = process
        var text = ""
        while !text.contains("health and metrics on http://127.0.0.1:") || !text.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "the server ended before it served: \(text)")
            text += String(decoding: data, as: UTF8.self)
        }
        port = try Self.port(after: "usher: serving on 127.0.0.1:", in: text)
        adminPort = try Self.port(after: "http://127.0.0.1:", in: text)
    }

    private static func port(after prefix: String, in text: String) throws -> Int {
        let start = try #require(text.range(of: prefix)?.upperBound)
        return try #require(Int(text[start...].prefix(while: \.isNumber)))
    }

    /// Gets a page of the operator's HTTP.
    func page(_ name: String) async throws -> (status: Int, text: String) {
        let url = try #require(URL(string: "http://127.0.0.1:\(adminPort)/\(name)"))
        let (data, response) = try await URLSession.shared.data(from: url)
        return (try #require(response as? HTTPURLResponse).statusCode, String(decoding: data, as: UTF8.self))
    }

    /// SIGKILL, and waits until the process is gone.
    func kill() {
        guard let process else { return }
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        self.process = nil
    }

    /// SIGTERM, and the exit status.
    func terminate() -> Int32 {
        guard let process else { return -1 }
        process.terminate()
        process.waitUntilExit()
        self.process = nil
        return process.terminationStatus
    }

    func client(key: String? = nil, organisation: String? = nil, timeout: Duration = .seconds(30)) throws -> UsherClient
    {
        UsherClient(
            host: "127.0.0.1", port: port, key: try key ?? operatorKey,
            defaults: CallOptions(timeout: timeout, organisation: organisation))
    }

    /// Makes an organisation, and returns the command line for it.
    func makeOrganisation(_ id: String) throws -> OrganisationCommandLine {
        _ = try usher("org", "create", id)
        return OrganisationCommandLine(server: self, organisationID: id)
    }

    /// Runs the command line, with the server's address and the operator's key in its environment.
    func usher(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
        try usher(arguments)
    }

    func usher(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: Self.binary)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging([
            "USHER_ADDRESS": "127.0.0.1:\(port)", "USHER_KEY": (try? operatorKey) ?? "",
        ]) { $1 }.merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let errorText = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text, errorText)
    }
}

/// The command line as an operator uses it for one organisation.
struct OrganisationCommandLine {
    let server: ServerProcess
    let organisationID: String

    func callAsFunction(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
        try callAsFunction(arguments)
    }

    func callAsFunction(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        try server.usher(arguments + ["--organisation", organisationID])
    }
}
