import Testing
import UsherAPI
import UsherContract
import UsherStorage

@testable import UsherServices

@Suite struct SubscriptionTests {
    // MARK: The table

    /// Every state × every verb: what the contract's table says of it.
    @Test func everyVerbInEveryState() async throws {
        let states: [State] = [.pending, .trial, .active, .paused, .frozen, .cancelled, .deactivated]
        let table: [(verb: Verb, after: [State?])] = [
            (.activate, [.active, .trial, .active, nil, nil, nil, nil]),
            (.pause, [nil, .paused, .paused, .paused, nil, nil, nil]),
            (.resume, [nil, .trial, .active, .active, nil, nil, nil]),
            (.freeze, [nil, .frozen, .frozen, nil, .frozen, nil, nil]),
            (.renew, [nil, .trial, .active, nil, .active, nil, nil]),
            (.changeRenewalDate, [nil, .trial, .active, nil, .active, nil, nil]),
            (.cancelNow, Array(repeating: .deactivated, count: 7)),
            (
                .cancelAtPeriodEnd,
                [.deactivated, .cancelled, .cancelled, .deactivated, .deactivated, .cancelled, .deactivated]
            ),
        ]
        #expect(table.map(\.verb) == Verb.allCases)
        let harness = try await Harness.withPackage(graceDays: 5)
        for (column, state) in states.enumerated() {
            for row in table {
                let viewer = "viewer-\(state.rawValue)-\(row.verb)"
                let before = try await harness.subscription(in: state, of: viewer)
                #expect(before.state == state)
                let found = try await harness.apply(row.verb, to: before)
                if let after = row.after[column] {
                    #expect(found.after?.state == after, "\(row.verb) of \(state)")
                } else {
                    #expect(found.refusal?.reason == "SUBSCRIPTION_STATE", "\(row.verb) of \(state)")
                    #expect(found.refusal?.code == .failedPrecondition)
                    #expect(found.refusal?.metadata["state"]?.lowercased() == "\(state)")
                }
                // The access is there exactly where the state gives it.
                let last = found.after ?? before
                let opens: Set<State> = [.trial, .active, .frozen, .cancelled]
                let verdict = try await harness.check("opening") { $0.viewerID = viewer }
                #expect(verdict.allowed == opens.contains(last.state), "\(row.verb) of \(state)")
                // What is as it is stays the same to the microsecond.
                if found.after?.state == state, Verb.stays.contains(row.verb) { #expect(found.after == before) }
            }
        }
    }

    // MARK: Time

    @Test func aRecurringOneIsFrozenWhenNobodyPays() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let made = try await harness.subscribe("anna") { $0.activate = true }
        #expect(made.state == .active && made.type == .recurring)
        // A month from 20 November, and five days.
        #expect(made.renewTime.seconds == harness.seconds + 30 * 86_400)
        #expect(made.graceEndTime.seconds == harness.seconds + 35 * 86_400)
        for (days, state, allowed) in [
            (0, State.active, true), (30, .frozen, true), (34, .frozen, true), (35, .frozen, false),
        ] {
            harness.now = Harness.start + .hours(24 * days)
            #expect(try await harness.get(made).state == state, "\(days)")
            #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed == allowed, "\(days)")
        }
        // It was paid for in the end: the period begins anew where the old one would be over.
        let renewed = try await harness.apply(.renew, to: made).after
        #expect(renewed?.state == .active && renewed?.renewTime.seconds == made.renewTime.seconds + 31 * 86_400)
        harness.now = Harness.start + .hours(24 * 200)
        let late = try await harness.apply(.renew, to: made).after
        #expect(late?.renewTime.seconds ?? 0 > harness.seconds + 27 * 86_400)
        let other = try await harness.check("opening") { $0.viewerID = "anna" }.access
        #expect(other.type == .subscription && other.accessID != made.accessID && other.packageID == "all")
    }

    @Test func aFailedPaymentLeavesTheDaysOfGrace() async throws {
        let harness = try await Harness.withPackage(graceDays: 2)
        let made = try await harness.subscribe("anna") { $0.activate = true }
        harness.now = Harness.start + .hours(24 * 10)
        let frozen = try await harness.apply(.freeze, to: made).after
        #expect(frozen?.graceEndTime.seconds == harness.seconds + 2 * 86_400 && frozen?.hasFreezeTime == true)
        harness.now = Harness.start + .hours(24 * 12)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "ACCESS_EXPIRED")
        let back = try await harness.apply(.changeRenewalDate, to: made).after
        #expect(back?.state == .active && back?.hasFreezeTime == false)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
    }

    /// A limited one goes on too when it is paid for in the end, and ends when it would have ended.
    @Test func aLimitedOneThatIsPaidForLateGoesOn() async throws {
        let harness = try await Harness.withPackage(graceDays: 2)
        let made = try await harness.subscribe("anna") { ($0.type, $0.activate) = (.limited, true) }
        _ = try await harness.apply(.freeze, to: made)
        harness.now = harness.now + .hours(24)
        let inGrace = try await harness.apply(.renew, to: made).after
        #expect(inGrace?.state == .active && inGrace?.hasFreezeTime == false && inGrace?.hasGraceEndTime == false)
        #expect(inGrace?.endTime == made.endTime && inGrace?.accessID == made.accessID)
        _ = try await harness.apply(.freeze, to: made)
        harness.now = harness.now + .hours(24 * 3)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "ACCESS_EXPIRED")
        #expect(try await harness.apply(.changeRenewalDate, to: made).refusal?.reason == "SUBSCRIPTION_NOT_RENEWABLE")
        let late = try await harness.apply(.renew, to: made).after
        #expect(late?.state == .active && late?.endTime == made.endTime && late?.accessID != made.accessID)
        let opens = try await harness.check("opening") { $0.viewerID = "anna" }
        #expect(opens.allowed && opens.expireTime == made.endTime)
        #expect(try await harness.apply(.renew, to: made).refusal?.reason == "SUBSCRIPTION_NOT_RENEWABLE")
        harness.now = harness.now + .hours(24 * 40)
        #expect(try await harness.apply(.renew, to: made).refusal?.reason == "SUBSCRIPTION_STATE")
    }

    /// A voucher that only made the subscription is no part of a payment for it.
    @Test func aPaymentForAVouchersSubscriptionIsWithoutTheVoucher() async throws {
        let harness = try await Harness.withPackage(graceDays: 2)
        let voucher = try await harness.createVoucher("TRY") {
            ($0.effect, $0.packageCode, $0.daysOfAccess) = (.subscription, "all", 7)
        }
        let id = try await harness.redeem("TRY", "anna").redemption.subscriptionID
        try await harness.call(Subscriptions.freezeSubscription, .with { $0.subscriptionID = id })
        try await harness.call(
            Subscriptions.renewSubscription,
            .with {
                ($0.subscriptionID, $0.paymentReference) = (id, "psp-1")
                $0.amount = .with { ($0.currencyCode, $0.minorUnits) = ("SEK", 4_900) }
            })
        let paid = try await harness.call(Accesses.listPayments, .with { $0.viewerID = "anna" }).payments
        #expect(paid.map(\.subscriptionID) == [id] && paid.map(\.voucherID) == [""])
        let used = try await harness.call(Accesses.listPayments, .with { $0.voucherID = voucher.voucherID }).payments
        #expect(used.isEmpty)
    }

    @Test func aLimitedOneEnds() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let made = try await harness.subscribe("anna") {
            ($0.type, $0.activate) = (.limited, true)
            $0.period = .with { ($0.unit, $0.length) = (.day, 30) }
            $0.trialPeriod = .with { ($0.unit, $0.length) = (.week, 1) }
        }
        #expect(made.state == .trial && made.trialEndTime.seconds == harness.seconds + 7 * 86_400)
        #expect(made.endTime.seconds == harness.seconds + 37 * 86_400 && !made.hasRenewTime)
        for verb in [Verb.renew, .changeRenewalDate] {
            #expect(try await harness.apply(verb, to: made).refusal?.reason == "SUBSCRIPTION_NOT_RENEWABLE")
        }
        // The state is judged first.
        let waiting = try await harness.subscribe("cleo") { $0.type = .limited }
        for verb in [Verb.renew, .changeRenewalDate] {
            #expect(try await harness.apply(verb, to: waiting).refusal?.reason == "SUBSCRIPTION_STATE")
        }
        for (days, state) in [(7, State.active), (36, .active), (37, .deactivated)] {
            harness.now = Harness.start + .hours(24 * days)
            #expect(try await harness.get(made).state == state)
        }
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "ACCESS_EXPIRED")
        // Until a day that the caller names.
        let fixed = try await harness.subscribe("bob") {
            ($0.type, $0.activate) = (.limited, true)
            $0.clearPeriod()
            $0.endTime.seconds = harness.seconds + 60
        }
        #expect(fixed.state == .active && !fixed.hasPeriod)
    }

    @Test func pausedTimeStandsStill() async throws {
        let harness = try await Harness.withPackage(graceDays: 0)
        let made = try await harness.subscribe("anna") {
            $0.activate = true
            $0.trialPeriod = .with { ($0.unit, $0.length) = (.day, 10) }
        }
        #expect(made.state == .trial && made.renewTime == made.trialEndTime)
        harness.now = Harness.start + .hours(24)
        let paused = try await harness.apply(.pause, to: made).after
        #expect(paused?.state == .paused)
        #expect(try await harness.call(Accesses.getAccess, .with { $0.accessID = made.accessID }).state == .revoked)
        harness.now = Harness.start + .hours(24 * 101)
        #expect(try await harness.get(made).state == .paused)
        let resumed = try await harness.apply(.resume, to: made).after
        #expect(resumed?.state == .trial && resumed?.renewTime.seconds == made.renewTime.seconds + 100 * 86_400)
        #expect(resumed?.trialEndTime == resumed?.renewTime && resumed?.accessID != made.accessID)
        harness.now = Harness.start + .hours(24 * 110)
        #expect(try await harness.get(made).state == .frozen)
        #expect(try await !harness.check("opening") { $0.viewerID = "anna" }.allowed)
    }

    /// Neither the days of grace nor the time of a pause go beyond what a timestamp can tell.
    @Test func nothingComesAfterTheYear9999() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let last: Int64 = 253_402_300_799
        let made = try await harness.subscribe("anna") { $0.activate = true }
        let far = try await harness.call(
            Subscriptions.changeRenewalDate,
            .with { ($0.subscriptionID, $0.renewTime.seconds) = (made.subscriptionID, last) })
        #expect(far.renewTime.seconds == last && far.graceEndTime.seconds == last)
        #expect(try await harness.apply(.renew, to: made).after?.renewTime.seconds == last)
        let limited = try await harness.subscribe("bob") {
            ($0.type, $0.activate, $0.endTime.seconds) = (.limited, true, last)
            $0.clearPeriod()
        }
        for subscription in [made, limited] {
            _ = try await harness.apply(.pause, to: subscription)
            harness.now = harness.now + .hours(24)
            let resumed = try #require(try await harness.apply(.resume, to: subscription).after)
            #expect(resumed.state == .active && max(resumed.renewTime.seconds, resumed.endTime.seconds) == last)
        }
        for viewer in ["anna", "bob"] {
            #expect(try await harness.check("opening") { $0.viewerID = viewer }.expireTime.seconds == last)
        }
    }

    @Test func theRenewalDateStaysForTheLastDay() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let made = try await harness.subscribe("anna") { $0.activate = true }
        harness.now = Harness.start + .hours(24 * 29)
        #expect(try await harness.apply(.changeRenewalDate, to: made).after?.state == .active)
        let changed = try await harness.get(made)
        harness.now = Instant(microseconds: (changed.renewTime.seconds - 86_400) * 1_000_000 + 1)
        let refused = try await harness.apply(.changeRenewalDate, to: made).refusal
        #expect(refused?.reason == "RENEWAL_TOO_CLOSE")
        #expect(refused?.metadata["renew_time"] == String(changed.renewTime.seconds))
    }

    @Test func cancelledAtPeriodEndItLastsUntilThen() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let made = try await harness.subscribe("anna") { $0.activate = true }
        let cancelled = try await harness.apply(.cancelAtPeriodEnd, to: made).after
        #expect(cancelled?.state == .cancelled && cancelled?.endTime == made.renewTime)
        #expect(cancelled?.cancelReason == "moving" && cancelled?.hasCancelTime == true)
        harness.now = Harness.start + .hours(24 * 30) - .seconds(1)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
        // Without grace: nothing is due any more.
        harness.now = Harness.start + .hours(24 * 30)
        #expect(try await harness.get(made).state == .deactivated)
        #expect(try await !harness.check("opening") { $0.viewerID = "anna" }.allowed)
    }

    /// Neither a payment that fails nor the end brings back what somebody took away; a payment does.
    @Test func anAccessThatWasTakenAwayStaysSoUntilItIsPaidFor() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        for verb in [Verb.freeze, .cancelAtPeriodEnd] {
            let made = try await harness.subscribe("viewer-\(verb)") { $0.activate = true }
            _ = try await harness.call(Accesses.revokeAccess, .with { $0.accessID = made.accessID })
            let after = try await harness.apply(verb, to: made).after
            #expect(after?.accessID == made.accessID)
            #expect(try await harness.check("opening") { $0.viewerID = "viewer-\(verb)" }.reason == "NO_ACCESS")
        }
        let made = try await harness.subscribe("anna") { $0.activate = true }
        _ = try await harness.call(Accesses.revokeAccess, .with { $0.accessID = made.accessID })
        #expect(try await harness.apply(.renew, to: made).after?.accessID != made.accessID)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
    }

    /// The access that is to begin in a minute is the subscription's, and ends with it.
    @Test func aClockSetBackGivesNoSecondAccess() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let made = try await harness.subscribe("anna") { $0.activate = true }
        harness.now = Harness.start + .seconds(-60)
        #expect(try await harness.apply(.renew, to: made).after?.accessID == made.accessID)
        harness.now = Harness.start
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
        _ = try await harness.apply(.cancelNow, to: made)
        #expect(try await !harness.check("opening") { $0.viewerID = "anna" }.allowed)
    }

    // MARK: One at a time

    @Test func aSecondOneIsRefusedUnlessThePackageAllowsIt() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let first = try await harness.subscribe("anna") { $0.activate = true }
        func again() async throws -> String? {
            try await harness.subscribeRefusal("anna") { $0.activate = true }?.reason
        }
        #expect(try await again() == "ALREADY_SUBSCRIBED")
        _ = try await harness.apply(.pause, to: first)
        #expect(try await again() == "ALREADY_SUBSCRIBED")
        _ = try await harness.apply(.resume, to: first)
        // Beyond its grace it makes room, and does not come back beside the other.
        harness.now = Harness.start + .hours(24 * 34)
        #expect(try await again() == "ALREADY_SUBSCRIBED")
        harness.now = Harness.start + .hours(24 * 35)
        let second = try await harness.subscribe("anna") { $0.activate = true }
        for verb in [Verb.renew, .changeRenewalDate] {
            #expect(try await harness.apply(verb, to: first).refusal?.reason == "ALREADY_SUBSCRIBED")
        }
        _ = try await harness.apply(.cancelNow, to: second)
        #expect(try await harness.apply(.renew, to: first).after?.state == .active)
        try await harness.call(
            Catalog.updatePackage,
            .with {
                ($0.package.packageID, $0.package.allowSeveralSubscriptions) = ("all", true)
                $0.updateMask.paths = ["allow_several_subscriptions"]
            })
        #expect(try await again() == nil)
    }

    @Test func under64FoldConcurrencyThereIsOne() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let reasons = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<64 {
                group.addTask { try await harness.subscribeRefusal("anna") { $0.activate = true }?.reason }
            }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(reasons.filter { $0 == nil }.count == 1)
        #expect(reasons.compactMap { $0 } == Array(repeating: "ALREADY_SUBSCRIBED", count: 63))
        let accesses = try await harness.call(Accesses.listAccess, .with { $0.viewerID = "anna" }).accesses
        #expect(accesses.count == 1)
    }

    // MARK: Viewers

    @Test func aDeactivatedViewersComeBackAsTheyWere() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let kept = try await harness.subscribe("anna") { $0.activate = true }
        let granted = try await harness.call(
            Accesses.grantAccess, .with { ($0.viewerID, $0.assetID) = ("anna", "opening") })
        let taken = try await harness.call(Accesses.grantAccess, .with { $0.viewerID = "anna" })
        _ = try await harness.call(Accesses.revokeAccess, .with { $0.accessID = taken.accessID })
        let ended = try await harness.setSuspension(of: "anna", true)
        #expect(ended == 2)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "NO_ACCESS")
        #expect(try await harness.get(kept).state == .deactivated)
        let reason = try await harness.apply(.pause, to: kept).refusal?.reason
        #expect(reason == "SUBSCRIPTION_STATE")
        // What ends in the meantime does not come back.
        _ = try await harness.call(Accesses.revokeAccess, .with { $0.accessID = granted.accessID })
        #expect(try await harness.setSuspension(of: "anna", false) == 1)
        let accesses = try await harness.call(
            Accesses.listAccess, .with { ($0.viewerID, $0.activity) = ("anna", .active) }
        ).accesses
        #expect(accesses.map(\.accessID) == [kept.accessID])
        #expect(try await harness.get(kept).state == .active)
        _ = try await harness.setSuspension(of: "anna", true)
        #expect(try await harness.apply(.cancelNow, to: kept).after?.state == .deactivated)
        #expect(try await harness.setSuspension(of: "anna", false) == 0)
        #expect(try await harness.get(kept).state == .deactivated)
        #expect(try await !harness.check("opening") { $0.viewerID = "anna" }.allowed)
    }

    @Test func aDeletedViewersEndForGood() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let made = try await harness.subscribe("anna") { $0.activate = true }
        try await harness.call(Catalog.deleteViewer, .with { $0.viewerID = "anna" })
        let after = try await harness.get(made)
        #expect(after.state == .deactivated && after.cancelReason == "VIEWER_DELETED")
        #expect(try await harness.apply(.renew, to: made).refusal?.reason == "SUBSCRIPTION_STATE")
        #expect(try await harness.call(Accesses.getAccess, .with { $0.accessID = made.accessID }).state == .revoked)
        // Another of the same name begins with nothing, and may subscribe.
        #expect(try await harness.subscribe("anna") { $0.activate = true }.state == .active)
    }

    // MARK: Making and listing

    @Test func byPriceOptionAndByPaymentPeriod() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        try await harness.createPrices()
        let bought = try await harness.subscribe("anna") {
            ($0.packageID, $0.priceOptionID, $0.type) = ("", "monthly", .unspecified)
            $0.clearPeriod()
        }
        #expect(bought.state == .pending && bought.type == .recurring && bought.packageID == "all")
        #expect(bought.priceOptionID == "monthly" && bought.period.length == 1 && !bought.hasStartTime)
        for (period, type) in [("year", Type.limited), ("quarter", .recurring)] {
            let ordered = try await harness.subscribe("anna") {
                ($0.packageID, $0.paymentPeriodID, $0.type) = ("", period, .unspecified)
                $0.clearPeriod()
            }
            #expect(ordered.type == type && ordered.paymentPeriodID == period)
        }
        try await harness.createPackage("other")
        let mismatch = try await harness.subscribeRefusal("anna") {
            ($0.packageID, $0.priceOptionID, $0.type) = ("other", "monthly", .unspecified)
            $0.clearPeriod()
        }
        #expect(mismatch?.reason == "PACKAGE_MISMATCH")
        for (option, period) in [("single-view", ""), ("", "single")] {
            let refusal = try await harness.subscribeRefusal("anna") {
                ($0.packageID, $0.priceOptionID, $0.paymentPeriodID, $0.type) = ("", option, period, .unspecified)
                $0.clearPeriod()
            }
            #expect(refusal?.reason == "NOT_A_SUBSCRIPTION")
        }
        try await harness.call(
            Catalog.updatePaymentPeriod,
            .with {
                ($0.paymentPeriod.paymentPeriodID, $0.paymentPeriod.enabled) = ("quarter", false)
                $0.updateMask.paths = ["enabled"]
            })
        let disabled = try await harness.subscribeRefusal("anna") {
            ($0.packageID, $0.paymentPeriodID, $0.type) = ("other", "quarter", .unspecified)
            $0.clearPeriod()
        }
        #expect(disabled?.reason == "PERIOD_DISABLED" && disabled?.code == .failedPrecondition)
    }

    @Test func refusalsOfMaking() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let bad: [(inout Usher_Subscriptions_V1_CreateSubscriptionRequest) -> Void] = [
            { $0.viewerID = "" }, { $0.packageID = "" }, { $0.priceOptionID = "x" }, { $0.type = .unspecified },
            { $0.clearPeriod() }, { $0.endTime.seconds = 1 }, { $0.period.length = 0 },
            { $0.provisionService = String(repeating: "x", count: 201) },
            { $0.paymentPeriodID = "x" },
            {
                ($0.priceOptionID, $0.paymentPeriodID, $0.type) = ("x", "y", .unspecified)
                $0.clearPeriod()
            },
            {
                $0.clearPeriod()
                $0.endTime.seconds = 4_000_000_000
            },
        ]
        for change in bad {
            #expect(try await harness.subscribeRefusal("anna", change)?.code == .invalidArgument)
        }
        for (package, option, period, reason) in [
            ("missing", "", "", "PACKAGE_NOT_FOUND"), ("", "missing", "", "PRICE_OPTION_NOT_FOUND"),
            ("", "", "missing", "PAYMENT_PERIOD_NOT_FOUND"),
        ] {
            let refusal = try await harness.subscribeRefusal("anna") {
                ($0.packageID, $0.priceOptionID, $0.paymentPeriodID) = (package, option, period)
                if package.isEmpty {
                    $0.type = .unspecified
                    $0.clearPeriod()
                }
            }
            #expect(refusal?.reason == reason && refusal?.code == .notFound)
        }
        #expect(
            try await harness.refusal(Subscriptions.getSubscription, .with { $0.subscriptionID = "x" })?.reason
                == "SUBSCRIPTION_NOT_FOUND")
    }

    @Test func listsByViewerPackageAndState() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        try await harness.createPackage("other")
        for viewer in ["anna", "bob", "cleo"] {
            _ = try await harness.subscribe(viewer) { $0.activate = viewer != "bob" }
        }
        _ = try await harness.subscribe("anna") { $0.packageID = "other" }
        func list(_ change: (inout Usher_Subscriptions_V1_ListSubscriptionsRequest) -> Void) async throws -> [String] {
            var request = Usher_Subscriptions_V1_ListSubscriptionsRequest()
            change(&request)
            return try await harness.call(Subscriptions.listSubscriptions, request).subscriptions
                .map { "\($0.viewerID) \($0.packageID)" }
        }
        #expect(try await list { _ in } == ["anna all", "bob all", "cleo all", "anna other"])
        #expect(try await list { $0.viewerID = "anna" } == ["anna all", "anna other"])
        #expect(try await list { $0.packageID = "all" } == ["anna all", "bob all", "cleo all"])
        #expect(try await list { ($0.viewerID, $0.packageID) = ("anna", "other") } == ["anna other"])
        #expect(try await list { $0.state = .pending } == ["bob all", "anna other"])
        #expect(try await list { $0.viewerID = "nobody" } == [])
        let first = try await harness.call(Subscriptions.listSubscriptions, .with { $0.pageSize = 3 })
        let rest = try await harness.call(
            Subscriptions.listSubscriptions, .with { ($0.pageSize, $0.pageToken) = (3, first.nextPageToken) })
        #expect(first.subscriptions.count == 3 && rest.subscriptions.count == 1 && rest.nextPageToken.isEmpty)
    }

    /// Pages of the longest texts end early: a thousand of them are more than a reply holds.
    @Test func pagesOfLongTextsFitInAReply() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        try await harness.createPrices()
        let count = 500
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count { group.addTask { try await harness.endWithLongTexts(number) } }
            try await group.waitForAll()
        }
        var (request, found) = (Usher_Subscriptions_V1_ListSubscriptionsRequest.with { $0.pageSize = 1_000 }, [Int]())
        repeat {
            let page = try await harness.call(Subscriptions.listSubscriptions, request)
            found.append(page.subscriptions.count)
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        #expect(found.count == 2 && found.reduce(0, +) == count)
        var (payments, paid) = (Usher_Access_V1_ListPaymentsRequest.with { $0.pageSize = 1_000 }, [Int]())
        repeat {
            let page = try await harness.call(Accesses.listPayments, payments)
            paid.append(page.payments.count)
            payments.pageToken = page.nextPageToken
        } while !payments.pageToken.isEmpty
        #expect(paid.count == 2 && paid.reduce(0, +) == count)
    }
}

private typealias State = Usher_Subscriptions_V1_SubscriptionState
private typealias Type = Usher_Subscriptions_V1_SubscriptionType
typealias Subscriptions = Usher_Subscriptions_V1_SubscriptionService

private enum Verb: CaseIterable {
    case activate, pause, resume, freeze, renew, changeRenewalDate, cancelNow, cancelAtPeriodEnd

    /// Those that are answered with the subscription as it is, where it is so.
    static let stays: [Verb] = [.activate, .pause, .resume, .freeze, .cancelNow, .cancelAtPeriodEnd]
}

extension Harness {
    var seconds: Int64 { now.microseconds / 1_000_000 }

    /// An organisation with the package `all` of the asset `opening`.
    static func withPackage(graceDays: Int32 = 0) async throws -> Harness {
        let harness = try await Harness.withOpening()
        try await harness.createPackage("all") { $0.graceDays = graceDays }
        return harness
    }

    func createPackage(
        _ id: String, _ change: (inout Usher_Catalog_V1_Package) -> Void = { _ in }
    ) async throws {
        var request = Usher_Catalog_V1_CreatePackageRequest()
        (request.package.packageID, request.package.title, request.package.assetIds) = (id, id, ["opening"])
        change(&request.package)
        try await call(Catalog.createPackage, request)
    }

    /// A subscription and a purchase of `anna`, both ended, and of both the longest texts that there may be.
    func endWithLongTexts(_ number: Int) async throws {
        func text(_ count: Int) -> String { String(repeating: "\u{1F600}", count: count) }
        let made = try await subscribe("anna") { $0.provisionService = text(200) }
        try await call(
            Subscriptions.cancelSubscription,
            .with { ($0.subscriptionID, $0.reason) = (made.subscriptionID, text(1_000)) })
        let bought = try await call(
            Accesses.recordPurchase,
            .with {
                ($0.viewerID, $0.priceOptionID, $0.paymentReference) = ("anna", "once", "\(number) \(text(190))")
                $0.amount = .with { ($0.currencyCode, $0.minorUnits) = ("SEK", 1) }
            })
        try await call(
            Accesses.reversePurchase,
            .with { ($0.paymentID, $0.type, $0.reason) = (bought.payment.paymentID, .refund, text(1_000)) })
    }

    /// Of the package `all` a price option each way, and payment periods of each kind; of `opening` one to see it.
    func createPrices() async throws {
        for (id, type) in [("monthly", Usher_Catalog_V1_PaymentType.subscription), ("once", .ppv)] {
            try await call(
                Catalog.createPriceOption,
                .with {
                    ($0.priceOption.priceOptionID, $0.priceOption.packageID) = (id, "all")
                    $0.priceOption.paymentType = type
                    $0.priceOption.price = .with { ($0.currencyCode, $0.minorUnits) = ("SEK", 9_900) }
                    $0.priceOption.accessPeriod = .with { ($0.unit, $0.length) = (.month, 1) }
                })
        }
        try await call(
            Catalog.createPriceOption,
            .with {
                ($0.priceOption.priceOptionID, $0.priceOption.assetID) = ("single-view", "opening")
                $0.priceOption.paymentType = .ppv
                $0.priceOption.price = .with { ($0.currencyCode, $0.minorUnits) = ("SEK", 4_900) }
                $0.priceOption.accessPeriod = .with { ($0.unit, $0.length) = (.hour, 48) }
            })
        let periods: [(String, Usher_Catalog_V1_PaymentPeriodType, Usher_Type_V1_CalendarUnit, Int32)] = [
            ("year", .limited, .year, 1), ("quarter", .recurring, .month, 3), ("single", .single, .day, 1),
        ]
        for (id, type, unit, length) in periods {
            try await call(
                Catalog.createPaymentPeriod,
                .with {
                    ($0.paymentPeriod.paymentPeriodID, $0.paymentPeriod.packageID) = (id, "all")
                    $0.paymentPeriod.type = type
                    $0.paymentPeriod.length = .with { ($0.unit, $0.length) = (unit, length) }
                    $0.paymentPeriod.price = .with { ($0.currencyCode, $0.minorUnits) = ("SEK", 0) }
                })
        }
    }

    private func request(
        _ viewer: String, _ change: (inout Usher_Subscriptions_V1_CreateSubscriptionRequest) -> Void
    ) -> Usher_Subscriptions_V1_CreateSubscriptionRequest {
        var request = Usher_Subscriptions_V1_CreateSubscriptionRequest()
        (request.viewerID, request.packageID, request.type) = (viewer, "all", .recurring)
        request.period = .with { ($0.unit, $0.length) = (.month, 1) }
        change(&request)
        return request
    }

    /// A monthly one to `all`, where `change` says nothing else.
    func subscribe(
        _ viewer: String, _ change: (inout Usher_Subscriptions_V1_CreateSubscriptionRequest) -> Void
    ) async throws -> Usher_Subscriptions_V1_Subscription {
        try await call(Subscriptions.createSubscription, request(viewer, change))
    }

    func subscribeRefusal(
        _ viewer: String, _ change: (inout Usher_Subscriptions_V1_CreateSubscriptionRequest) -> Void
    ) async throws -> Refusal? {
        try await refusal(Subscriptions.createSubscription, request(viewer, change))
    }

    func get(_ subscription: Usher_Subscriptions_V1_Subscription) async throws -> Usher_Subscriptions_V1_Subscription {
        try await call(
            Subscriptions.getSubscription, .with { $0.subscriptionID = subscription.subscriptionID })
    }

    /// A subscription of a viewer of its own that has got into a state.
    fileprivate func subscription(in state: State, of viewer: String) async throws
        -> Usher_Subscriptions_V1_Subscription
    {
        let made = try await subscribe(viewer) {
            $0.activate = state != .pending
            if state == .trial { $0.trialPeriod = .with { ($0.unit, $0.length) = (.day, 10) } }
        }
        let verb: Verb? =
            switch state {
            case .paused: .pause
            case .frozen: .freeze
            case .cancelled: .cancelAtPeriodEnd
            case .deactivated: .cancelNow
            default: nil
            }
        guard let verb else { return made }
        return try #require(try await apply(verb, to: made).after)
    }

    fileprivate func apply(
        _ verb: Verb, to subscription: Usher_Subscriptions_V1_Subscription
    ) async throws -> (after: Usher_Subscriptions_V1_Subscription?, refusal: Refusal?) {
        let id = subscription.subscriptionID
        do {
            let after =
                switch verb {
                case .activate: try await call(Subscriptions.activateSubscription, .with { $0.subscriptionID = id })
                case .pause: try await call(Subscriptions.pauseSubscription, .with { $0.subscriptionID = id })
                case .resume: try await call(Subscriptions.resumeSubscription, .with { $0.subscriptionID = id })
                case .freeze: try await call(Subscriptions.freezeSubscription, .with { $0.subscriptionID = id })
                case .renew: try await call(Subscriptions.renewSubscription, .with { $0.subscriptionID = id })
                case .changeRenewalDate:
                    try await call(
                        Subscriptions.changeRenewalDate,
                        .with { ($0.subscriptionID, $0.renewTime.seconds) = (id, seconds + 40 * 86_400) })
                case .cancelNow: try await call(Subscriptions.cancelSubscription, .with { $0.subscriptionID = id })
                case .cancelAtPeriodEnd:
                    try await call(
                        Subscriptions.cancelSubscription,
                        .with { ($0.subscriptionID, $0.atPeriodEnd, $0.reason) = (id, true, "moving") })
                }
            return (after, nil)
        } catch let refusal as Refusal {
            return (nil, refusal)
        }
    }

    /// What deactivating a viewer does to what the viewer has, and reactivating.
    ///
    /// - Returns: how many accesses ended or came back.
    fileprivate func setSuspension(of viewer: String, _ isSuspended: Bool) async throws -> Int {
        try storage.organisation("nordfilm").writeBlocking(as: .system()) { tx in
            let key = try #require(try ViewerStore.key(of: viewer, in: tx))
            try tx.record("viewer.tested", viewer)
            return isSuspended
                ? try AccessEnding.suspend(allOf: key, in: tx) : try AccessEnding.restore(allOf: key, in: tx)
        }
    }
}
