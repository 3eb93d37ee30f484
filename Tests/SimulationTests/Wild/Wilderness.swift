import Foundation
import UsherAPI
import UsherContract
import UsherServices
import UsherStorage

/// An organisation that no model follows: every method of every service is called there with whatever fits its fields.
///
/// What must hold all the same: a refusal says why and leaves nothing, a read changes nothing, every change has its
/// journal row, a repetition gets the same bytes, nothing of another organisation is in an answer, and the rules of
/// the domain hold in the tables.
final class Wilderness {
    static let organisationID = "org-wild"

    /// A method, and what its request looks like.
    private struct Entry {
        var method: any AnyMethod
        var row: UsherServices.Method
        var template: [String: Any]
    }

    private var words = WildWords()
    private var ledger = RequestLedger()
    /// Calls that may be made once more, the same.
    private var repeatable: [(entry: Entry, payload: [UInt8], requestID: String)] = []

    /// Makes one call.
    func step(_ simulation: Simulation, _ bug: SeededBug?, _ journal: inout JournalReader) throws {
        let entries = try entries(simulation.world)
        let today = "\(simulation.now.microseconds / 86_400_000_000)-"
        let old = repeatable.filter { $0.requestID.hasPrefix(today) }
        if simulation.dice.chance(6), let call = simulation.dice.pick(old) {
            return try make(call.entry, call.payload, call.requestID, simulation, bug, &journal)
        }
        guard let entry = simulation.dice.pick(entries) else { return }
        var request = words.object(entry.template, simulation)
        let requestID = entry.row.descriptor.hasRequestID ? simulation.requestID() : ""
        request["requestId"] = requestID.isEmpty ? nil : requestID
        let json = try JSONSerialization.data(withJSONObject: request, options: .sortedKeys)
        // Not every word is a value of every field.
        guard let payload = try? entry.method.requestBytes(fromJSON: String(decoding: json, as: UTF8.self)) else {
            return
        }
        try make(entry, payload, requestID, simulation, bug, &journal)
    }

    private func entries(_ world: World) throws -> [Entry] {
        try UsherAPI.methods.compactMap { method in
            guard let row = world.services.methods.first(where: { $0.descriptor == method.descriptor }),
                row.database == .organisation
            else { return nil }
            let template = try JSONSerialization.jsonObject(with: Data(method.requestTemplate.utf8))
            return Entry(method: method, row: row, template: template as? [String: Any] ?? [:])
        }
    }

    private func make(
        _ entry: Entry, _ payload: [UInt8], _ requestID: String, _ simulation: Simulation, _ bug: SeededBug?,
        _ journal: inout JournalReader
    ) throws {
        let (world, id) = (simulation.world, Self.organisationID)
        let row = try world.row(entry.row.descriptor)
        // The operator suspends at random.
        guard let caller = try? world.admit(simulation.root.key, acting: id, row) else { return }
        let call = SimulatedCall(row, payload, by: caller, bug)
        world.database(id).submit(call)
        let outcome = try call.result()
        let key = RequestLedger.Key(
            database: id, organisationID: id, method: row.descriptor.fullName, requestID: requestID)
        let isRepetition = try judge(entry, payload, key, outcome, simulation)
        let rows = try journal.new(in: world, id)
        let isQuiet = isRepetition || row.descriptor.isRead || (try? outcome.get()) == nil
        let isOwn = rows.allSatisfy {
            Self.tellsOfTime($0)
                || $0.method == row.descriptor.fullName && $0.requestID == requestID
                    && $0.principal == caller.principal
        }
        guard isOwn, !isQuiet || rows.isEmpty else {
            throw Discrepancy(source: .journal, what: "\(describe(entry, payload)) left \(rows)")
        }
        do {
            try Invariants.check(world.database(id), id)
        } catch let found as Discrepancy {
            throw Discrepancy(source: .invariant, what: "\(describe(entry, payload)): \(found.what)")
        }
    }

    /// What nobody's call did.
    private static func tellsOfTime(_ row: JournalReader.Row) -> Bool {
        let events = ["trial_ended", "frozen", "grace_ended", "deactivated"].map { "subscription.\($0)" }
        return row.passed != nil && events.contains(row.event)
    }

    /// Has what time did be told.
    func sweep(_ simulation: Simulation, _ journal: inout JournalReader) throws {
        let id = Self.organisationID
        try simulation.world.sweep(id)
        let rows = try journal.new(in: simulation.world, id)
        let isInTime = rows.allSatisfy { $0.passed.map { $0 <= simulation.now } ?? false }
        guard rows.allSatisfy(Self.tellsOfTime), isInTime else {
            throw Discrepancy(source: .journal, what: "a sweep in \(id) left \(rows)")
        }
        try Invariants.check(simulation.world.database(id), id)
    }

    /// - Returns: whether it was done before.
    private func judge(
        _ entry: Entry, _ payload: [UInt8], _ key: RequestLedger.Key, _ outcome: Result<[UInt8], any Error>,
        _ simulation: Simulation
    ) throws -> Bool {
        let isRead = entry.row.descriptor.isRead
        switch isRead ? .new : ledger.look(key, payload) {
        case .same(let bytes):
            guard (try? outcome.get()) == bytes else {
                throw Discrepancy(source: .answer, what: "\(describe(entry, payload)) repeated: \(outcome)")
            }
            return true
        case .other:
            _ = try PreparedCall.compare(.precondition("REQUEST_ID_REUSED"), outcome)
            return true
        case .new: break
        }
        switch outcome {
        case .failure(let error):
            let code = (error as? Refusal)?.code ?? .internalError
            guard ![.internalError, .unknown, .dataLoss, .unavailable].contains(code) else {
                throw Discrepancy(source: .answer, what: "\(describe(entry, payload)) failed: \(error)")
            }
            simulation.coverage.noteWild(entry.row.descriptor, (error as? Refusal)?.reason)
        case .success(let bytes):
            let answer = try entry.method.responseJSON(from: bytes)
            if let foreign = simulation.foreignID(in: answer) {
                throw Discrepancy(source: .answer, what: "\(describe(entry, payload)) tells of \(foreign): \(answer)")
            }
            words.learn(from: answer)
            if !isRead {
                ledger.keep(bytes, key, payload)
                repeatable = repeatable.suffix(40) + [(entry, payload, key.requestID)]
            }
            simulation.coverage.noteWild(entry.row.descriptor, nil)
        }
        return false
    }

    private func describe(_ entry: Entry, _ payload: [UInt8]) -> String {
        let bytes = payload.map { String($0, radix: 16) }.joined(separator: " ")
        return "\(entry.row.descriptor.name) in \(Self.organisationID) (\(bytes))"
    }
}
