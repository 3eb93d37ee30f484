import Foundation
import Testing

/// `usher doctor` on the directory of a server that runs, was stopped, was killed, and was damaged.
@Suite struct DoctorTests {
    private struct Report: Decodable {
        struct Database: Decodable {
            var name: String
            var path: String
            var walBytes: Int
            var problems: [String]
            var notes: [String]
        }

        var isSound: Bool
        var databases: [Database]
    }

    private func doctor(_ server: ServerProcess, _ flags: String...) throws -> (status: Int32, report: Report) {
        let run = try server.usher(["doctor", "--data", server.directory, "--json"] + flags)
        return (run.status, try JSONDecoder().decode(Report.self, from: Data(run.output.utf8)))
    }

    @Test func itSaysWhatIsWrongAndWhere() throws {
        let server = ServerProcess()
        try server.start()
        for id in ["nordfilm", "suedfilm"] { #expect(try server.usher("org", "create", id).status == 0) }
        let voucher = try server.usher(
            "call", "usher.vouchers.v1.VoucherService/CreateVoucher", #"{"voucher": {"code": "HELLO"}}"#,
            "--organisation", "nordfilm")
        #expect(voucher.status == 0, "\(voucher.errors)")

        let busy = try server.usher("doctor", "--data", server.directory)
        #expect(busy.status != 0 && busy.errors.contains("stop it first"))

        server.kill()
        let killed = try doctor(server)
        #expect(killed.status == 0 && killed.report.isSound)
        let left = try #require(killed.report.databases.first { $0.name == "nordfilm" })
        #expect(left.walBytes > 0 && left.notes.count == 1)

        try server.start()
        #expect(server.terminate() == 0)
        let sound = try server.usher("doctor", "--data", server.directory)
        #expect(sound.status == 0 && sound.output.contains("3 databases, nothing is wrong"))

        let file = "\(server.directory)/organisations/nordfilm/usher.sqlite"
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.truncate(atOffset: 10_000)
        try handle.close()
        try FileManager.default.removeItem(atPath: "\(server.directory)/organisations/suedfilm/usher.sqlite")
        let damaged = try doctor(server, "--quick")
        #expect(damaged.status == 1 && !damaged.report.isSound)
        #expect(damaged.report.databases.map(\.problems.isEmpty) == [true, false, false])
        #expect(damaged.report.databases[1].path == "organisations/nordfilm/usher.sqlite")
        let text = try server.usher("doctor", "--data", server.directory)
        #expect(text.status == 1 && text.output.contains("organisations/suedfilm/usher.sqlite: the file is missing"))
        #expect(text.output.contains("2 of 3 are wrong"))
    }

    @Test func anOlderFileIsRefusedAndNamedUntilItIsAccepted() throws {
        let server = ServerProcess()
        try server.start()
        #expect(try server.usher("org", "create", "nordfilm").status == 0)
        func create(_ code: String) throws -> Int32 {
            try server.usher(
                "call", "usher.vouchers.v1.VoucherService/CreateVoucher", #"{"voucher": {"code": "\#(code)"}}"#,
                "--organisation", "nordfilm"
            ).status
        }
        #expect(try create("FIRST") == 0)
        #expect(server.terminate() == 0)
        let file = "\(server.directory)/organisations/nordfilm/usher.sqlite"
        let older = try #require(FileManager.default.contents(atPath: file))
        try server.start()
        #expect(try create("SECOND") == 0)
        #expect(server.terminate() == 0)
        try older.write(to: URL(fileURLWithPath: file))

        let behind = try doctor(server)
        #expect(behind.status == 1)
        let problems = try #require(behind.report.databases.first { $0.name == "nordfilm" }?.problems)
        #expect(problems.count == 1 && problems[0].contains("was acknowledged"))
        try server.start()
        #expect(try create("THIRD") != 0)
        let busy = try server.usher("doctor", "--data", server.directory, "--accept-loss", "nordfilm")
        #expect(busy.status != 0 && busy.errors.contains("stop it first"))
        #expect(server.terminate() == 0)
        let accepted = try server.usher("doctor", "--data", server.directory, "--accept-loss", "nordfilm")
        #expect(accepted.status == 0 && accepted.output.contains("accepted"))
        #expect(try doctor(server).report.isSound)
        try server.start()
        #expect(try create("THIRD") == 0)
        #expect(server.terminate() == 0)
    }

    @Test func aDirectoryThatIsNoneIsRefused() throws {
        let server = ServerProcess()
        let run = try server.usher("doctor", "--data", server.directory)
        #expect(run.status != 0 && run.errors.contains("no data directory"))
        #expect(!FileManager.default.fileExists(atPath: server.directory))
        #expect(try server.usher("doctor", "--help").output.contains("usher doctor --data data --json"))
    }
}
