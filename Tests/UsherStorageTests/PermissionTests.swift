import Foundation
import Logging
import Synchronization
import Testing

@testable import UsherStorage

/// A data directory is its owner's alone, whatever the umask was.
@Suite struct PermissionTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory.path)/\(path)")
        return try #require(attributes[.posixPermissions] as? NSNumber).intValue
    }

    private func setMode(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(directory.path)/\(path)")
    }

    private func paths() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: directory.path) + [""]
    }

    private func open() throws -> Storage { try Fixture.storage(directory) }

    @Test func newFilesAreTheOwnersAlone() throws {
        let storage = try open()
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        try database.writeBlocking(as: .system()) { try $0.addItem("a") }
        let found = try paths()
        #expect(found.contains("organisations/acme/usher.sqlite-wal") && found.contains("platform.sqlite-shm"))
        for path in found { #expect(try mode(path) & 0o077 == 0, "\(path)") }
    }

    @Test func whatWasWiderIsTightened() throws {
        let first = try open()
        try Fixture.create("acme", in: first)
        first.shutdown()
        let wide = try paths()
        for path in wide { try setMode(path.hasSuffix("sqlite") || path == "LOCK" ? 0o644 : 0o755, path) }
        let second = try open()
        defer { second.shutdown() }
        for path in wide { #expect(try mode(path) & 0o077 == 0, "\(path)") }
        #expect(try mode("platform.sqlite") == 0o600 && mode("organisations/acme") == 0o700)
    }

    /// A folder that was opened up while its parents were not is seen to when it is used.
    @Test func anOrganisationsFolderIsTightenedWhenItIsOpened() throws {
        let storage = try open()
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        try setMode(0o755, "organisations/acme")
        try setMode(0o666, "organisations/acme/usher.sqlite")
        try database.writeBlocking(as: .system()) { try $0.addItem("a") }
        for path in try paths() { #expect(try mode(path) & 0o077 == 0, "\(path)") }
    }

    @Test func itIsSaidOnceAndNoMore() throws {
        func tighten() -> [String] {
            let lines = Lines()
            Permissions(logger: Logger(label: "test") { _ in lines }).tighten(directory: directory.path)
            return lines.texts
        }
        let storage = try open()
        try Fixture.create("acme", in: storage)
        storage.shutdown()
        #expect(tighten() == [])
        for path in ["", "organisations", "organisations/acme"] { try setMode(0o755, path) }
        try setMode(0o644, "platform.sqlite")
        #expect(tighten().count == 4, "three parts by name, and one line for all organisations")
        #expect(tighten() == [])
    }
}

private final class Lines: LogHandler, Sendable {
    private let kept = Mutex<[String]>([])

    var texts: [String] { kept.withLock { $0 } }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { kept.withLock { $0.append("\(event.message)") } }
}
