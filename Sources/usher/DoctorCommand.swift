import ArgumentParser
import Foundation
import UsherServer
import UsherStorage

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at the databases of a data directory whose server is stopped, and say what is wrong.",
        discussion: """
            Opens every database read-only and checks its structure; nothing is repaired or changed. Says which files
            are damaged, missing, written by a newer Usher, another organisation's, behind what was acknowledged, or
            without an organisation; a WAL that was left and the leftovers of a creation are notes, because the server
            deals with them. Exits with 1 where anything is wrong.

            The server refuses an organisation whose file or WAL lacks what it has acknowledged: the platform's database
            knows about how far each journal was. Bring the newer files back; where there are none, --accept-loss has
            that organisation be served as it is. What was accepted is written down in the platform's database
            (accepted_losses), and a damaged WAL is kept beside the database.

            Examples:
              usher doctor --data data
              usher doctor --data data --quick
              usher doctor --data data --accept-loss nordfilm
              usher doctor --data data --json | jq '.databases[] | select(.problems != [])'
            """.prose)

    @Option(help: ArgumentHelp("The data directory.", valueName: "dir"))
    var data: String
    @Flag(help: "Leave out the comparison of indexes with their tables, which takes most of the time.")
    var quick = false
    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Serve this organisation as its files are, although acknowledged changes are missing.",
            valueName: "organisation"))
    var acceptLoss: String?

    func run() throws {
        if let acceptLoss { return try accept(acceptLoss) }
        let inspection: Inspection
        do {
            inspection = try DataDirectory.inspect(data, isQuick: quick)
        } catch StorageError.locked {
            throw Failure("a server uses \(data): stop it first, the doctor needs the files for itself")
        } catch let StorageError.io(text) {
            throw Failure(text)
        }
        let report = DoctorReport(inspection)
        print(json ? try report.json() : report.text)
        if !inspection.isSound { throw ExitCode(1) }
    }
}

extension DoctorCommand {
    private func accept(_ organisation: String) throws {
        let loss: AcceptedLoss
        do {
            loss = try DataDirectory.acceptLoss(of: organisation, in: data)
        } catch StorageError.locked {
            throw Failure("a server uses \(data): stop it first, the doctor needs the files for itself")
        } catch let error as StorageError {
            throw Failure("nothing was accepted: \(error)")
        }
        guard !loss.problems.isEmpty else { return print("\(organisation): nothing is missing, nothing was changed") }
        for problem in loss.problems { print("\(organisation): accepted: \(problem)") }
        print("\(organisation): the journal ends at row \(loss.foundSequence), \(loss.knownSequence) was known")
        if let kept = loss.keptWAL { print("\(organisation): the damaged WAL is kept in \(kept)") }
    }
}

/// An inspection as it is printed.
private struct DoctorReport: Encodable {
    struct Database: Encodable {
        /// `platform`, or the organisation's id.
        var name: String
        var path: String
        var bytes: Int?
        var walBytes: Int
        var version: String?
        var problems: [String]
        var notes: [String]
    }

    var isSound: Bool
    var platformVersion: String
    var organisationVersion: String
    var databases: [Database]

    init(_ inspection: Inspection) {
        isSound = inspection.isSound
        platformVersion = Self.text(inspection.platformVersion)
        organisationVersion = Self.text(inspection.organisationVersion)
        databases = ([inspection.platform] + inspection.organisations).map { found in
            Database(
                name: found.organisationID ?? "platform", path: found.path, bytes: found.bytes,
                walBytes: found.walBytes, version: found.version.map(Self.text), problems: found.problems,
                notes: found.notes)
        }
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// One line for each database, what was found below it, and a last line that sums up.
    var text: String {
        let width = databases.map(\.name.count).max() ?? 0
        var lines: [String] = []
        for database in databases {
            let name = database.name.padding(toLength: width, withPad: " ", startingAt: 0)
            let state = database.problems.isEmpty ? "ok   " : "WRONG"
            let size = database.bytes.map { "\(($0 + 1_023) / 1_024) KiB" } ?? "no file"
            lines.append("\(name)  \(state)  version \(database.version ?? "unknown")  \(size)")
            lines += database.problems.map { "  problem: \(database.path): \($0)" }
            lines += database.notes.map { "  note: \(database.path): \($0)" }
        }
        let wrong = databases.count { !$0.problems.isEmpty }
        lines.append(
            wrong == 0 ? "\(databases.count) databases, nothing is wrong" : "\(wrong) of \(databases.count) are wrong")
        return lines.joined(separator: "\n")
    }

    /// Storage's own migrations, a point, the services' migrations.
    private static func text(_ version: Int) -> String { "\(version >> 16).\(version & 0xffff)" }
}
