import Testing
import UsherAPI
import UsherContract
import UsherServices
import UsherStorage

/// What time does to subscriptions is told by events: each once, with its own time, whether a sweep or the next change
/// comes first.
@Suite struct SubscriptionPassingTests {
    private static let day = Duration.hours(24)

    // MARK: What there is to tell

    /// A row for each way that time can take: what is made, and the days after which which event tells of it.
    @Test func whatTimeDoesIsToldOnce() async throws {
        let table: [(name: String, change: Change, events: [(days: Int, event: String, state: String)])] = [
            ("limited", { $0.type = .limited }, [(30, "deactivated", "ACTIVE DEACTIVATED")]),
            (
                "limited with a trial",
                {
                    $0.type = .limited
                    $0.trialPeriod = .with { ($0.unit, $0.length) = (.day, 10) }
                },
                [(10, "trial_ended", "TRIAL ACTIVE"), (40, "deactivated", "ACTIVE DEACTIVATED")]
            ),
            ("recurring", { _ in }, [(30, "frozen", "ACTIVE FROZEN"), (35, "grace_ended", "")]),
            (
                "recurring with a trial",
                { $0.trialPeriod = .with { ($0.unit, $0.length) = (.day, 10) } },
                [(10, "trial_ended", "TRIAL FROZEN"), (10, "frozen", "TRIAL FROZEN"), (15, "grace_ended", "")]
            ),
            (
                "waiting beyond its end",
                {
                    ($0.type, $0.activate) = (.limited, false)
                    $0.clearPeriod()
                    $0.endTime.seconds = Harness.start.microseconds / 1_000_000 + 86_400
                },
                [(1, "deactivated", "PENDING DEACTIVATED")]
            ),
            ("waiting", { $0.activate = false }, []),
        ]
        for row in table {
            let harness = try await Harness.withPackage(graceDays: 5)
            let made = try await harness.subscribe("anna") {
                $0.activate = true
                row.change(&$0)
            }
            harness.now = Harness.start + Self.day * 100
            try await harness.sweep()
            let found = try await harness.passings()
            #expect(found.map(\.type) == row.events.map { "subscription.\($0.event)" }, "\(row.name)")
            #expect(found.allSatisfy { $0.resourceID == made.subscriptionID })
            #expect(
                found.map(\.createTime.seconds)
                    == row.events.map { Harness.start.microseconds / 1_000_000 + Int64($0.days) * 86_400 },
                "\(row.name)")
            let states = row.events.map { event in
                let states = event.state.split(separator: " ")
                return states.isEmpty ? "{}" : #"{"state":["\#(states[0])","\#(states[1])"]}"#
            }
            #expect(found.map(\.changesJson) == states, "\(row.name)")
            // Again finds nothing.
            try await harness.sweep()
            #expect(try await harness.passings().count == row.events.count)
        }
    }

    /// What somebody does keeps time from doing what it would have done.
    @Test func whatWasChangedInTimeIsNotTold() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let paused = try await harness.subscribe("anna") { $0.activate = true }
        try await harness.call(
            Subscriptions.pauseSubscription, .with { $0.subscriptionID = paused.subscriptionID })
        let renewed = try await harness.subscribe("bob") { $0.activate = true }
        try await harness.call(
            Subscriptions.renewSubscription, .with { $0.subscriptionID = renewed.subscriptionID })
        let cancelled = try await harness.subscribe("cleo") { $0.activate = true }
        try await harness.call(
            Subscriptions.cancelSubscription, .with { $0.subscriptionID = cancelled.subscriptionID })
        let leaving = try await harness.subscribe("dan") { $0.activate = true }
        try await harness.call(
            Subscriptions.cancelSubscription,
            .with { ($0.subscriptionID, $0.atPeriodEnd) = (leaving.subscriptionID, true) })
        harness.now = Harness.start + Self.day * 50
        try await harness.sweep()
        let found = try await harness.passings()
        #expect(found.map(\.type) == ["subscription.deactivated"])
        #expect(found.map(\.resourceID) == [leaving.subscriptionID])
        #expect(found.map(\.changesJson) == [#"{"state":["CANCELLED","DEACTIVATED"]}"#])
    }

    // MARK: Order

    /// The next change writes what nobody has written yet, in front of its own event, as the system.
    @Test func aChangeThatComesFirstTellsItBefore() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let made = try await harness.subscribe("anna") { $0.activate = true }
        harness.now = Harness.start + Self.day * 40
        try await harness.call(
            Subscriptions.renewSubscription, .with { $0.subscriptionID = made.subscriptionID })
        try await harness.sweep()
        let entries = try await harness.call(
            Events.listAuditEntries, .with { $0.resourceID = made.subscriptionID }
        ).auditEntries.reversed()
        #expect(
            entries.map(\.event.type) == [
                "subscription.created", "subscription.activated", "subscription.frozen", "subscription.grace_ended",
                "subscription.renewed",
            ])
        #expect(entries.map(\.actor) == [.operator, .operator, .system, .system, .operator])
        // A refused one leaves it to the sweep.
        harness.now = Harness.start + Self.day * 80
        let refusal = try await harness.refusal(
            Subscriptions.resumeSubscription, .with { $0.subscriptionID = made.subscriptionID })
        #expect(refusal?.reason == "SUBSCRIPTION_STATE")
        #expect(try await harness.passings().count == 2)
        try await harness.sweep()
        #expect(try await harness.passings().count == 4)
    }

    /// Of many, in the order of their times, over the bounds of one transaction.
    @Test func manyAreToldInTheOrderOfTheirTimes() async throws {
        let harness = try await Harness.withPackage(graceDays: 3)
        for number in 0..<120 {
            harness.now = Harness.start + .hours(number)
            _ = try await harness.subscribe("viewer-\(number)") { $0.activate = true }
        }
        harness.now = Harness.start + Self.day * 100
        let database = harness.storage.organisation("nordfilm")
        let isMore = try await database.write(as: .system()) { [services = harness.services] in try services.sweep($0) }
        let first = try await harness.passings()
        #expect(isMore && !first.isEmpty && first.count < 240)
        try await harness.sweep()
        let all = try await harness.passings()
        #expect(all.count == 240 && Set(all.map { "\($0.type) \($0.resourceID)" }).count == 240)
        #expect(all.map(\.createTime.seconds) == all.map(\.createTime.seconds).sorted())
    }

    /// A clock that was set back does not bring what was told already.
    @Test func aClockSetBackTellsNothingTwice() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let made = try await harness.subscribe("anna") {
            $0.activate = true
            $0.trialPeriod = .with { ($0.unit, $0.length) = (.day, 10) }
        }
        harness.now = Harness.start + Self.day * 10
        try await harness.sweep()
        harness.now = Harness.start + Self.day * 10 - .seconds(2)
        // It is in its trial again, and what comes after that is paid for.
        let renewed = try await harness.call(
            Subscriptions.renewSubscription, .with { $0.subscriptionID = made.subscriptionID })
        #expect(renewed.state == .trial)
        harness.now = Harness.start + Self.day * 60
        try await harness.sweep()
        #expect(
            try await harness.passings().map(\.type)
                == ["trial_ended", "frozen", "frozen", "grace_ended"].map { "subscription.\($0)" })
    }

    // MARK: Deactivated viewers

    /// Nothing is told of a viewer who is deactivated, until the viewer is back.
    @Test func aDeactivatedViewersAreToldOfLater() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let made = try await harness.subscribe("anna") {
            $0.activate = true
            ($0.type, $0.trialPeriod) = (.limited, .with { ($0.unit, $0.length) = (.day, 10) })
        }
        // What came about before is told before, although nobody has swept.
        harness.now = Harness.start + Self.day * 11
        try await harness.call(Catalog.deactivateViewer, .with { $0.viewerID = "anna" })
        harness.now = Harness.start + Self.day * 60
        try await harness.sweep()
        #expect(try await harness.passings().map(\.type) == ["subscription.trial_ended"])
        #expect(harness.storage.organisationsToWake(at: harness.now + Self.day * 1_000) == [])
        try await harness.call(Catalog.reactivateViewer, .with { $0.viewerID = "anna" })
        #expect(try await harness.get(made).state == .deactivated)
        #expect(harness.storage.organisationsToWake(at: harness.now) == ["nordfilm"])
        try await harness.sweep()
        let types = try await harness.call(Events.listEvents, .with { $0.types = ["subscription.*", "viewer.*"] })
            .events.map(\.type)
        #expect(
            types.suffix(4) == [
                "subscription.trial_ended", "viewer.deactivated", "viewer.reactivated", "subscription.deactivated",
            ])
    }

    // MARK: Waking

    /// The organisation is to be woken for the next one of all, and not once there is none.
    @Test func theOrganisationIsWokenForTheNextOne() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        func wake(_ days: Int) -> [String] {
            harness.storage.organisationsToWake(at: Harness.start + Self.day * days)
        }
        _ = try await harness.subscribe("anna") { $0.activate = true }
        _ = try await harness.subscribe("bob") {
            ($0.activate, $0.type) = (true, .limited)
            $0.period = .with { ($0.unit, $0.length) = (.day, 20) }
        }
        #expect(wake(19) == [] && wake(20) == ["nordfilm"])
        for (days, next) in [(20, 30), (30, 35)] {
            harness.now = Harness.start + Self.day * days
            try await harness.sweep()
            #expect(wake(next - 1) == [] && wake(next) == ["nordfilm"])
        }
        harness.now = Harness.start + Self.day * 35
        try await harness.sweep()
        #expect(wake(100_000) == [])
    }

    /// By the voucher's redemption as by any other way.
    @Test func aVouchersSubscriptionIsToldOf() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        _ = try await harness.createVoucher("TRY") {
            ($0.effect, $0.packageCode, $0.daysOfAccess) = (.subscription, "all", 7)
        }
        _ = try await harness.redeem("TRY")
        harness.now = Harness.start + Self.day * 7
        try await harness.sweep()
        #expect(try await harness.passings().map(\.type) == ["subscription.deactivated"])
    }

    // MARK: Limited ones that are not paid for

    /// A failed payment leaves a limited one its days of grace, and at most until its end.
    @Test func aFrozenLimitedOneEnds() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        for (viewer, days, end, events) in [
            ("anna", 10, 15, ["grace_ended", "deactivated"]), ("bob", 28, 30, ["deactivated"]),
        ] {
            harness.now = Harness.start
            let made = try await harness.subscribe(viewer) { ($0.type, $0.activate) = (.limited, true) }
            harness.now = Harness.start + Self.day * days
            let frozen = try await harness.call(
                Subscriptions.freezeSubscription, .with { $0.subscriptionID = made.subscriptionID })
            #expect(frozen.state == .frozen && frozen.hasGraceEndTime)
            harness.now = Harness.start + Self.day * end - .microseconds(1)
            #expect(try await harness.check("opening") { $0.viewerID = viewer }.allowed)
            harness.now = Harness.start + Self.day * end
            #expect(try await harness.check("opening") { $0.viewerID = viewer }.reason == "ACCESS_EXPIRED")
            harness.now = Harness.start + Self.day * 30
            #expect(try await harness.get(made).state == .deactivated)
            try await harness.sweep()
            let found = try await harness.passings().filter { $0.resourceID == made.subscriptionID }
            #expect(found.map(\.type) == events.map { "subscription.\($0)" })
        }
    }
}

private typealias Change = (inout Usher_Subscriptions_V1_CreateSubscriptionRequest) -> Void
private typealias Events = Usher_Events_V1_EventService

extension Harness {
    /// Writes what time has done, as the server does when the organisation is to be woken.
    func sweep() async throws {
        for id in storage.organisationsToWake(at: now) {
            while try await storage.organisation(id).write(as: .system(), { [services] in try services.sweep($0) }) {}
        }
    }

    /// What time has done, as far as it is told.
    fileprivate func passings() async throws -> [Usher_Events_V1_Event] {
        let types = ["trial_ended", "frozen", "grace_ended", "deactivated"].map { "subscription.\($0)" }
        return try await call(
            Events.listEvents,
            .with {
                $0.types = types
                $0.pageSize = 1_000
            }
        ).events.filter { !$0.changesJson.contains("freeze_time") }
    }
}
