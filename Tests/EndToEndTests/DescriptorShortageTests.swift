import Foundation
import Testing
import UsherAPI
import UsherClient
import UsherContract

/// A process that has no descriptor left goes on, and is as before when there are some again.
@Suite(.timeLimit(.minutes(10))) struct DescriptorShortageTests {
    /// The process may have no descriptor with a number from this on; those that it has it keeps.
    private func limit(_ server: ServerProcess, to count: Int) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
        process.arguments = ["--pid", "\(try server.processID)", "--nofile=\(count):"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private func highestDescriptor(of server: ServerProcess) throws -> Int {
        let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(try server.processID)/fd")
        return try #require(names.compactMap(Int.init).max())
    }

    @Test func organisationsThatAreNotUsedGiveWay() async throws {
        let server = ServerProcess()
        try server.start()
        let client = try server.client()
        func create(_ id: String) async throws -> String? {
            try await reason {
                _ = try await client.organisations.createOrganisation(
                    .with { $0.organisation = .with { ($0.organisationID, $0.name) = (id, id) } })
            }
        }
        func look(_ id: String) async throws -> String? {
            try await reason { _ = try await client.catalog.listAssets(.init(), options: .init(organisation: id)) }
        }
        for number in 0..<8 { #expect(try await create("org\(number)") == nil) }
        for number in 0..<7 { #expect(try await look("org\(number)") == nil) }
        try limit(server, to: try highestDescriptor(of: server) + 1)
        #expect(try await look("org7") == nil)
        #expect(try await look("org0") == nil)
        // Now nothing that is closed makes room for anything.
        try limit(server, to: 3)
        #expect(try await create("late") == "TOO_MANY_OPEN_FILES")
        #expect(try await look("org3") == "TOO_MANY_OPEN_FILES")
        #expect(try await reason { _ = try await client.session.whoAmI(.init()) } == nil)
        try limit(server, to: 1_024)
        #expect(try await create("late") == nil)
        for number in 0..<8 { #expect(try await look("org\(number)") == nil) }
        #expect(try await server.page("healthz").status == 200)
        await client.close()
        #expect(server.terminate() == 0)
    }
}
