import Foundation
import FoundationNetworking
import Testing
import UsherClient

/// The `usher` binary as a newcomer uses it.
@Suite struct CommandLineTests {
    @Test func aFirstEvening() async throws {
        let server = ServerProcess()
        try server.start()
        let key = try server.operatorKey
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(server.directory)/operator.key")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)

        #expect(try server.usher("org", "create", "nordfilm", "--name", "Nord Film").status == 0)
        let again = try server.usher("org", "create", "nordfilm")
        #expect(again.status == 1 && again.errors.contains("ALREADY_EXISTS ORGANISATION_EXISTS"))
        #expect(try server.usher("org", "list").output.hasPrefix("nordfilm\t"))
        let created = try server.usher("key", "create", "--organisation", "nordfilm", "--scopes", "access:check")
        let lines = created.output.split(separator: "\n").map(String.init)
        #expect(lines.last?.hasPrefix("ush_live_") == true && !created.output.contains(key))
        let keyID = try #require(lines.first?.split(separator: " ").last.map(String.init))

        let who = try server.usher("call", "usher.session.v1.SessionService/WhoAmI", "--key", lines[1])
        #expect(who.output.contains(#""organisationId":"nordfilm""#) && who.output.contains("access:check"))
        #expect(try server.usher("key", "revoke", keyID, "--organisation", "nordfilm").status == 0)
        let revoked = try server.usher("call", "usher.session.v1.SessionService/WhoAmI", "--key", lines[1])
        #expect(revoked.status == 1 && revoked.errors.hasPrefix("UNAUTHENTICATED KEY_REVOKED: "))

        let call = "usher.vouchers.v1.VoucherService/CreateVoucher"
        let made = try server.usher("call", call, #"{"voucher": {"code": "HELLO"}}"#, "--organisation", "nordfilm")
        #expect(made.status == 0 && made.output.contains(#""code":"HELLO""#))
        let unknown = try server.usher("call", "usher.vouchers.v1.VoucherService/Nothing", "{}")
        #expect(unknown.status != 0 && unknown.errors.contains("--list"))
        let wrong = try server.usher("call", call, #"{"vaucher": {}}"#)
        #expect(wrong.status != 0 && wrong.errors.contains("CreateVoucherRequest"))
        #expect(try server.usher("call", "--list").output.contains("usher.access.v1.AccessService/CheckAccess\n"))
        #expect(try server.usher("serve", "--data", server.directory).errors.contains("in use by another process"))
        #expect(server.terminate() == 0)
        let gone = try server.usher("org", "list")
        #expect(gone.status != 0 && gone.errors.contains("USHER_ADDRESS"))
    }

    @Test func initPrintsTheKeyOnceOnItsLastLine() throws {
        let server = ServerProcess()
        let first = try server.usher("init", "--data", server.directory)
        #expect(first.output.split(separator: "\n").last.map(String.init) == (try server.operatorKey))
        let second = try server.usher("init", "--data", server.directory)
        #expect(second.status != 0 && !second.output.contains("ush_") && second.errors.contains("operator.key"))
        try server.start()
        #expect(try server.usher("org", "list").status == 0)
    }

    @Test func settingsComeFromFlagsThenTheEnvironmentThenTheFile() throws {
        let server = ServerProcess()
        for (arguments, expected) in [
            (["--data", server.directory, "--listen", "nowhere"], "--listen must be HOST:PORT"),
            (["--data", server.directory, "--listen", "0.0.0.0:0"], "--insecure"),
            (["--data", server.directory, "--log-level", "loud"], "log level"),
            (["--config", "/nonexistent.json", "--data", server.directory], "cannot read the settings"),
            ([], "--data DIR"),
        ] {
            let process = Process()
            let errors = Pipe()
            process.executableURL = URL(fileURLWithPath: ServerProcess.binary)
            process.arguments = ["serve"] + arguments
            process.standardError = errors
            try process.run()
            let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus != 0 && text.contains(expected), "\(arguments): \(text)")
        }
    }

    @Test func healthAndMetrics() async throws {
        let server = ServerProcess()
        try server.start()
        _ = try server.usher("org", "list")
        for (path, expected) in [
            ("healthz", "ok"), ("readyz", "ready"), ("metrics", "usher_calls_total{method="), ("other", "/healthz"),
        ] {
            let url = try #require(URL(string: "http://127.0.0.1:\(server.adminPort)/\(path)"))
            let (data, _) = try await URLSession.shared.data(from: url)
            #expect(String(decoding: data, as: UTF8.self).contains(expected), "\(path)")
        }
        #expect(server.terminate() == 0)
    }
}
