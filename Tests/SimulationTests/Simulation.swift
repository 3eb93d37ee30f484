import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherServices
import UsherStorage

/// One round: steps chosen by a seed, each done by the services and by the model, and compared.
///
/// The same seed makes the same round: the clock and all random numbers follow from it, and calls that run at the same
/// time are put on one lane in one order.
final class Simulation {
    let seed: UInt64
    let world: World
    let platform: PlatformModel
    let root: Actor
    var dice: Dice
    private(set) var step = 0
    var coverage = Coverage()
    private let bug: SeededBug?
    private var ledger = RequestLedger()
    private var journal = JournalReader()
    private let wilderness = Wilderness()
    private var trail: [String] = []
    /// Calls that may be made once more, the same.
    private var repeatable: [PreparedCall] = []

    init(seed: UInt64, bug: SeededBug? = nil) throws {
        self.seed = seed
        self.bug = bug
        dice = Dice(seed: seed)
        world = try World(seed: seed)
        let text = try world.makeOperatorKey()
        let credential = try world.credentials.authenticate(Array(text.utf8), at: world.clock.now)
        let start = world.clock.now.timestamp
        platform = PlatformModel(
            root: ModelKey(
                text: text,
                message: .with { key in
                    key.keyID = credential.keyID
                    key.name = "operator"
                    key.createTime = start
                }))
        root = Actor(key: text)
        try journal.skip(in: world, nil)
    }

    deinit { world.close() }

    var now: Instant { world.clock.now }
    /// The organisations that the model follows.
    var tenants: [OrganisationModel] { platform.tenants.filter { $0.id != Wilderness.organisationID } }

    /// Runs a round. Throws a ``Discrepancy`` that says how to see it again.
    func run(steps: Int) throws {
        // The calls hold the simulation, which else would never be closed.
        defer { repeatable = [] }
        do {
            let names =
                (1...SimulationLimits.organisations).map { "org-\($0)" } + [
                    HallSteps.organisationID, Wilderness.organisationID,
                ]
            for name in names { try run([OrganisationSteps.create(name, self)]) }
            try journal.skip(in: world, Wilderness.organisationID)
            for tenant in tenants {
                for id in Pool.assets { try run([CatalogSteps.create(id, tenant, self)]) }
                try PackageSteps.begin(tenant, self)
                try run([SettingsSteps.limitSessions(tenant, self)])
                if tenant.id == HallSteps.organisationID { try HallSteps.begin(tenant, self) }
            }
            for _ in 0..<steps {
                step += 1
                advanceClock()
                try Step.next(self)
                if step % SimulationLimits.auditInterval == 0 { try Audit.run(self) }
            }
            try Audit.run(self)
        } catch let found as Discrepancy {
            throw Discrepancy(
                source: found.source,
                what: """
                    \(found.what)
                    seed \(seed), step \(step), after:
                    \(trail.suffix(SimulationLimits.trail).joined(separator: "\n"))
                    Again: USHER_SIMULATION_SEED=\(seed) swift test --filter SimulationTests
                    """)
        }
    }

    /// Mostly a little, sometimes days; at times it steps back, as clocks do that are set. It keeps to the hours of
    /// the day at which no zone of the simulation changes its clocks.
    private func advanceClock() {
        let seconds =
            switch dice.int(1...100) {
            case 1...70: dice.int(0...2)
            case 71...93: dice.int(1...3_600)
            case 94...96: dice.int(1...48) * 3_600
            case 97: dice.int(1...20) * 86_400
            default: -dice.int(1...5)
            }
        var moment = now + .seconds(seconds) + .microseconds(dice.int(0...999_999))
        // What has ended does not begin again.
        let ends = tenants.flatMap(\.reservations).map(\.end)
        if moment < now, ends.contains(where: { moment < $0 && $0 <= now }) { moment = now }
        let hour = (moment.microseconds / 3_600_000_000) % 24
        if hour < 3 { moment = moment + .seconds((3 - Int(hour)) * 3_600) }
        world.clock.now = moment
    }

    // MARK: Calls

    /// Makes calls that stand on their lanes at the same time, and compares what came of them in their order.
    func run(_ calls: [PreparedCall]) throws {
        let made =
            try calls.map { call in
                let row = try world.row(call.descriptor)
                let wanted = Result {
                    try platform.admit(call.actor.key, acting: call.actor.organisationID, row, at: now)
                }
                let admitted = Result { try world.admit(call.actor.key, acting: call.actor.organisationID, row) }
                switch (wanted, admitted) {
                case (.success(let context), .success(let caller)):
                    let simulated = SimulatedCall(row, call.payload, by: caller, bug)
                    let isPlatform = row.database == .platform
                    if let id = caller.organisationID, !isPlatform { context.ids = world.ids(in: id) }
                    world.database(isPlatform ? nil : caller.organisationID).submit(simulated)
                    return (call, context, isPlatform ? nil : caller.organisationID, simulated)
                case (.failure(let refusal as Expected), _):
                    note(call, refused: refusal.reason)
                    _ = try PreparedCall.compare(refusal, admitted.map { _ in [] })
                    return nil
                default: throw Discrepancy(source: .answer, what: "\(call.text)\nadmitted \(admitted)")
                }
            } as [(PreparedCall, Context, String?, SimulatedCall)?]
        var recorded: [String?: [JournalReader.Row]] = [:]
        for case let (call, context, database, simulated)? in made {
            let outcome = try simulated.result()
            let events = try judge(call, context, database, outcome)
            recorded[database, default: []] += events.map {
                JournalReader.Row(
                    $0, method: call.descriptor.fullName, requestID: call.requestID, principal: context.principal)
            }
        }
        for (database, rows) in recorded {
            try journal.compare(rows, in: world, database)
            if let database, let tenant = platform.tenant(database) {
                try Invariants.check(tenant, world.database(database))
                try HallInvariants.check(tenant, world.database(database))
                try Invariants.check(world.database(database), database)
            }
        }
    }

    /// Compares one answer, and returns what must have been recorded.
    private func judge(
        _ call: PreparedCall, _ context: Context, _ database: String?, _ outcome: Result<[UInt8], any Error>
    ) throws -> [Context.Event] {
        let key = RequestLedger.Key(
            database: database, organisationID: context.organisationID, method: call.descriptor.fullName,
            requestID: call.requestID)
        do {
            switch call.descriptor.isRead ? .new : ledger.look(key, call.canonical) {
            case .same(let bytes):
                note(call, refused: nil, "repeated")
                if case .failure(let error) = outcome, (error as? Refusal)?.reason == "REPLY_NOT_KEPT",
                    ledger.mayBeForgotten(key)
                {
                    break
                }
                guard (try? outcome.get()) == bytes else {
                    throw Discrepancy(source: .answer, what: "a repetition was answered otherwise: \(outcome)")
                }
                coverage.replays += 1
            case .other:
                note(call, refused: "REQUEST_ID_REUSED")
                _ = try PreparedCall.compare(.precondition("REQUEST_ID_REUSED"), outcome)
                coverage.reused += 1
            case .new:
                let judgement = try call.judge(outcome, context)
                switch judgement {
                case .success(let kept):
                    ledger.keep(kept, key, call.canonical)
                    if call.descriptor.name == "DeleteViewer" { ledger.noteDeletion() }
                    note(call, refused: nil)
                    if !call.descriptor.isRead { repeatable = repeatable.suffix(40) + [call] }
                    return context.events
                case .failure(let refusal):
                    note(call, refused: refusal.reason)
                }
            }
        } catch let found as Discrepancy {
            throw Discrepancy(source: found.source, what: "\(call.text)\(found.what)")
        }
        return []
    }

    private func note(_ call: PreparedCall, refused reason: String?, _ how: String = "OK") {
        coverage.note(call.descriptor, reason)
        let request = call.text.split(separator: "\n").joined(separator: " ")
        trail.append("\(step): \(request.prefix(300)) -> \(reason ?? how)")
        if trail.count > 4 * SimulationLimits.trail { trail.removeFirst(3 * SimulationLimits.trail) }
    }

    // MARK: What steps are made of

    func root(in organisationID: String) -> Actor { Actor(key: root.key, organisationID: organisationID) }

    /// An operator acting for an organisation, mostly; else one of the keys that there are, good or not.
    func actor(in organisationID: String?) -> Actor {
        if dice.chance(90) { return Actor(key: root.key, organisationID: organisationID) }
        if dice.chance(2) { return Actor(key: "ush_live_nothing", organisationID: organisationID) }
        if dice.chance(3) { return Actor(key: root.key, organisationID: dice.one(nil, "nowhere")) }
        let own = platform.keys.filter { $0.isOperators || $0.message.organisationID == organisationID }
        guard let key = dice.pick(own) else { return root }
        return Actor(key: key.text, organisationID: key.isOperators ? organisationID : nil)
    }

    /// Often none; else one that is new, or one that somebody may have used, in the last day.
    func requestID() -> String {
        let day = now.microseconds / 86_400_000_000
        return switch dice.int(1...10) {
        case 1...4: ""
        case 5...8: "\(day)-\(step)-\(dice.int(0...1_000_000))"
        default: "\(day)-\(dice.int(1...2))"
        }
    }

    /// One of the last calls again, the same bytes, while its answer is kept for sure.
    func repetition() -> PreparedCall? {
        let day = "\(now.microseconds / 86_400_000_000)-"
        return dice.pick(repeatable.filter { $0.requestID.hasPrefix(day) })
    }

    // MARK: What time does

    /// Has what time did be told, as the server does: in the organisations that are to be woken, and there all of it.
    func sweep() throws {
        let woken = Set(world.storage.organisationsToWake(at: now))
        for tenant in tenants {
            guard woken.contains(tenant.id) else {
                guard !tenant.isSweepDue(at: now) else {
                    throw Discrepancy(source: .journal, what: "\(tenant.id) was not woken")
                }
                continue
            }
            let expected = tenant.sweep(at: now).map { subscription, passing in
                JournalReader.Row(
                    .init(name: passing.event, resource: subscription, passed: passing.time), method: "",
                    requestID: "", principal: "")
            }
            try world.sweep(tenant.id)
            try journal.compare(expected, in: world, tenant.id)
            try Invariants.check(world.database(tenant.id), tenant.id)
            coverage.passings += expected.count
        }
        if woken.contains(Wilderness.organisationID) { try wilderness.sweep(self, &journal) }
        let left = world.storage.organisationsToWake(at: now)
        guard left.isEmpty else { throw Discrepancy(source: .journal, what: "\(left) are still to be woken") }
        trail.append("\(step): swept \(woken.sorted())")
    }

    /// One call in the organisation that no model follows.
    func runWild() throws { try wilderness.step(self, bug, &journal) }

    /// An id of another organisation than the wild one that stands in a text.
    func foreignID(in text: String) -> String? {
        let ids = text.matches(of: /[a-z]{3}_[0-9a-hjkmnp-tv-z]{13}/).map { String($0.0) }
        return ids.first { id in tenants.contains { $0.owns(id) } }
            ?? tenants.map(\.id).first { text.contains("\"\($0)\"") }
    }

    func reopen() throws {
        try world.reopen()
        platform.reopen(at: world.clock.now)
        coverage.reopenings += 1
        trail.append("\(step): closed and opened")
    }
}
