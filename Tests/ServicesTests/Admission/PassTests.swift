import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct PassTests {
    @Test func aBundleComesWithItsPass() async throws {
        let harness = try await Harness.withNights(3)
        try await harness.createProduct("season", .bundle, ["night-1", "night-2"])
        let order = try await harness.buy { ($0.passProductIds, $0.holderName) = (["season"], "Anna") }
        let before = try await harness.pass(order.passIds[0])
        #expect(order.unprintedCount == 2 && order.tickets.isEmpty && before.passProductID == "season")
        #expect(before.admissions.map(\.performanceID) == ["night-1", "night-2"] && before.holderName == "Anna")
        #expect(before.state == .notPrinted && before.barcode.isEmpty && before.cardNumber == 0)
        let printed = try await harness.call(Admissions.printOrder, .with { $0.orderID = order.orderID })
        let pass = try #require(printed.passes.first)
        #expect(printed.printedCount == 2 && printed.unprintedCount == 0 && pass.cardNumber == 1)
        for (night, verdict) in [("night-1", ScanVerdict.ok), ("night-2", .ok), ("night-3", .wrongPerformance)] {
            let scan = try await harness.scan(pass.barcode, at: night)
            #expect(scan.verdict == verdict.message && scan.passID == pass.passID && scan.ticketID.isEmpty)
        }
        #expect(try await harness.scan(pass.barcode, at: "night-1").verdict == .alreadyUsed)
        let records = try await harness.records()
        #expect(records.map(\.action) == [.print] && records[0].performanceIds == ["night-1", "night-2"])
        #expect(records[0].passID == pass.passID && records[0].barcode == pass.barcode)
        // Nothing is left to print.
        let again = try await harness.call(Admissions.printOrder, .with { $0.orderID = order.orderID })
        #expect(again.passes.isEmpty && again.printedCount == 0)
        #expect(try await harness.records().count == 1)
    }

    /// A membership's pass is empty; what is bought for it later opens once that order is printed.
    @Test func whatIsAddedOpensOnceItsOrderIsPrinted() async throws {
        let harness = try await Harness.withNights(2)
        try await harness.createProduct("member", .miscellaneousItem, [])
        let first = try await harness.buy { $0.passProductIds = ["member"] }
        let card = try await harness.call(Admissions.printOrder, .with { $0.orderID = first.orderID })
        let pass = try #require(card.passes.first)
        #expect(pass.state == .printed && pass.admissions.isEmpty && !pass.barcode.isEmpty)
        #expect(try await harness.scan(pass.barcode).verdict == .wrongPerformance)
        let second = try await harness.buy { ($0.performanceIds, $0.passID) = (["night-1", "night-2"], pass.passID) }
        #expect(second.passIds == [pass.passID] && second.unprintedCount == 2 && second.tickets.isEmpty)
        #expect(try await harness.scan(pass.barcode).verdict == .notPrinted)
        #expect(try await harness.records().map(\.action) == [.print])
        // Printing the first order again does not print the second.
        _ = try await harness.call(Admissions.printOrder, .with { $0.orderID = first.orderID })
        #expect(try await harness.scan(pass.barcode).verdict == .notPrinted)
        let printed = try await harness.call(Admissions.printOrder, .with { $0.orderID = second.orderID })
        #expect(printed.printedCount == 2 && printed.passes.map(\.barcode) == [pass.barcode])
        #expect(try await harness.scan(pass.barcode).verdict == .ok)
        let records = try await harness.records()
        #expect(records.map(\.action) == [.print, .update])
        #expect(records.map(\.performanceIds) == [[], ["night-1", "night-2"]])
    }

    @Test func aReprintedCardKillsTheOneBefore() async throws {
        let harness = try await Harness.withNights(2)
        let old = try await harness.season(2)
        #expect(try await harness.scan(old.barcode, at: "night-1").verdict == .ok)
        let new = try await harness.call(
            Admissions.reprintPass, .with { ($0.passID, $0.reason) = (old.passID, "lost") })
        #expect(new.passID == old.passID && new.barcode != old.barcode && new.cardNumber == 2)
        #expect(try await harness.scan(old.barcode, at: "night-2").verdict == .superseded)
        #expect(try await harness.scan(new.barcode, at: "night-2").verdict == .ok)
        // A new card is no second entry.
        #expect(try await harness.scan(new.barcode, at: "night-1").verdict == .alreadyUsed)
        let record = try #require(try await harness.records().last)
        #expect(record.action == .reprint && record.previousBarcode == old.barcode && record.barcode == new.barcode)
        #expect(record.performanceIds == ["night-1", "night-2"])
    }

    /// What was not printed yet does not come along with a new card.
    @Test func aReprintPrintsNoOrder() async throws {
        let harness = try await Harness.withNights(2)
        let pass = try await harness.season(1)
        let order = try await harness.buy { ($0.performanceIds, $0.passID) = (["night-2"], pass.passID) }
        let new = try await harness.call(Admissions.reprintPass, .with { $0.passID = pass.passID })
        #expect(try await harness.scan(new.barcode, at: "night-2").verdict == .notPrinted)
        #expect(try await harness.records().last?.performanceIds == ["night-1"])
        _ = try await harness.call(Admissions.printOrder, .with { $0.orderID = order.orderID })
        #expect(try await harness.scan(new.barcode, at: "night-2").verdict == .ok)
    }

    @Test func aCancelledAdmissionShutsOneDoor() async throws {
        let harness = try await Harness.withNights(3)
        let pass = try await harness.season(3)
        #expect(try await harness.scan(pass.barcode, at: "night-2").verdict == .ok)
        let cancel = Usher_Admission_V1_CancelAdmissionsRequest.with {
            ($0.passID, $0.performanceIds, $0.reason) = (pass.passID, ["night-2"], "returned")
        }
        let asked = try await harness.call(Admissions.cancelAdmissions, cancel.with { $0.validateOnly = true })
        #expect(asked.admissions.allSatisfy { $0.state == .printed })
        let after = try await harness.call(Admissions.cancelAdmissions, cancel)
        #expect(after.admissions.map(\.state) == [.printed, .cancelled, .printed] && after.state == .printed)
        #expect(try await harness.call(Admissions.cancelAdmissions, cancel) == after)
        let scan = try await harness.scan(pass.barcode, at: "night-2")
        #expect(scan.verdict == .cancelled && scan.reason == "returned")
        #expect(try await harness.scan(pass.barcode, at: "night-3").verdict == .ok)
        let records = try await harness.records()
        #expect(records.map(\.action) == [.print, .update])
        #expect(records.last?.performanceIds == ["night-1", "night-3"])
        // Bought again it opens once printed; that it was used is not forgotten.
        let order = try await harness.buy { ($0.performanceIds, $0.passID) = (["night-2"], pass.passID) }
        #expect(try await harness.scan(pass.barcode, at: "night-2").verdict == .notPrinted)
        _ = try await harness.call(Admissions.printOrder, .with { $0.orderID = order.orderID })
        #expect(try await harness.scan(pass.barcode, at: "night-2").verdict == .alreadyUsed)
    }

    @Test func aCancelledPassOpensNothing() async throws {
        let harness = try await Harness.withNights(2)
        let old = try await harness.season(2)
        let new = try await harness.call(Admissions.reprintPass, .with { $0.passID = old.passID })
        let cancel = Usher_Admission_V1_CancelPassRequest.with { ($0.passID, $0.reason) = (old.passID, "stolen") }
        #expect(
            try await harness.call(Admissions.cancelPass, cancel.with { $0.validateOnly = true }).state == .printed)
        let gone = try await harness.call(Admissions.cancelPass, cancel)
        #expect(gone.state == .cancelled && gone.barcode.isEmpty && gone.cancelReason == "stolen")
        #expect(try await harness.call(Admissions.cancelPass, cancel) == gone)
        for barcode in [old.barcode, new.barcode] {
            let scan = try await harness.scan(barcode, at: "night-1")
            #expect(scan.verdict == .cancelled && scan.reason == "stolen")
        }
        // Also at a door that was never on it.
        try await harness.createAsset("night-3") { ($0.type, $0.title) = (.performance, "Night 3") }
        let elsewhere = try await harness.scan(new.barcode, at: "night-3")
        #expect(elsewhere.verdict == .cancelled && elsewhere.reason == "stolen")
        let record = try #require(try await harness.records().last)
        #expect(record.action == .cancel && record.barcode == new.barcode && record.performanceIds == [])
        for refusal in [
            try await harness.refusal(Admissions.reprintPass, .with { $0.passID = gone.passID }),
            try await harness.refusal(
                Admissions.createOrder, .with { ($0.passID, $0.performanceIds) = (gone.passID, ["night-1"]) }),
            try await harness.refusal(
                Admissions.cancelAdmissions, .with { ($0.passID, $0.performanceIds) = (gone.passID, ["night-1"]) }),
            try await harness.refusal(
                Admissions.updatePassAdmissions,
                .with { ($0.passID, $0.removePerformanceIds) = (gone.passID, ["night-1"]) }),
        ] {
            #expect(refusal?.reason == "PASS_CANCELLED")
        }
    }

    @Test func aPartialPrintLeavesTheRest() async throws {
        let harness = try await Harness.withNights(3)
        try await harness.createProduct("season", .bundle, ["night-1", "night-2"])
        let order = try await harness.buy {
            ($0.passProductIds, $0.performanceIds) = (["season"], ["night-3", "night-3"])
        }
        let part = try await harness.call(
            Admissions.printOrder,
            .with { ($0.orderID, $0.ticketIds) = (order.orderID, [order.tickets[0].ticketID]) })
        #expect(part.printedCount == 1 && part.unprintedCount == 3 && part.passes.isEmpty)
        #expect(try await harness.scan(order.tickets[0].barcode, at: "night-3").verdict == .ok)
        #expect(try await harness.scan(order.tickets[1].barcode, at: "night-3").verdict == .notPrinted)
        let passes = try await harness.call(
            Admissions.printOrder, .with { ($0.orderID, $0.passIds) = (order.orderID, order.passIds) })
        #expect(passes.printedCount == 2 && passes.unprintedCount == 1 && passes.tickets.isEmpty)
        let rest = try await harness.call(Admissions.printOrder, .with { $0.orderID = order.orderID })
        #expect(rest.printedCount == 1 && rest.unprintedCount == 0 && rest.passes.isEmpty)
        #expect(rest.tickets.map(\.ticketID) == [order.tickets[1].ticketID])
        let other = try await harness.buy { $0.performanceIds = ["night-1"] }
        for (tickets, passes, reason) in [
            ([order.tickets[0].ticketID], [], "TICKET_NOT_FOUND"), ([], order.passIds, "PASS_NOT_FOUND"),
        ] as [([String], [String], String)] {
            let refusal = try await harness.refusal(
                Admissions.printOrder,
                .with { ($0.orderID, $0.ticketIds, $0.passIds) = (other.orderID, tickets, passes) })
            #expect(refusal?.reason == reason)
        }
    }

    /// Returns and purchases of one order in one commit: an exchange.
    /// An order has no pass that it could not show and print.
    @Test func anOrderHasAtMostAThousandPasses() async throws {
        let harness = try await Harness.withNights(2)
        try await harness.createProduct("member", .miscellaneousItem, [])
        try await harness.createProduct("season", .bundle, ["night-1", "night-2"])
        let order = try await harness.buy { $0.passProductIds = Array(repeating: "member", count: 999) }
        func add(_ products: [String]) async throws -> String? {
            try await harness.refusal(
                Admissions.updateOrder, .with { ($0.orderID, $0.addPassProductIds) = (order.orderID, products) })?
                .reason
        }
        #expect(try await add(["member", "member"]) == "ORDER_TOO_LARGE")
        #expect(try await add(["member"]) == nil)
        #expect(try await add(["season"]) == "ORDER_TOO_LARGE")
        let assigned = try await harness.refusal(Admissions.assignPass, .with { $0.orderID = order.orderID })
        #expect(assigned?.reason == "ORDER_TOO_LARGE")
        let held = try await harness.call(Admissions.getOrder, .with { $0.orderID = order.orderID })
        #expect(held.passIds.count == 1_000)
        let printed = try await harness.call(Admissions.printOrder, .with { $0.orderID = order.orderID })
        #expect(printed.passes.map(\.passID) == held.passIds)
        // Nor more admissions: 501 season tickets have 1,002. What does not exist is said first.
        var large = Usher_Admission_V1_CreateOrderRequest()
        large.passProductIds = Array(repeating: "season", count: 501)
        #expect(try await harness.refusal(Admissions.createOrder, large)?.reason == "ORDER_TOO_LARGE")
        large.performanceIds = ["none"]
        #expect(try await harness.refusal(Admissions.createOrder, large)?.reason == "PERFORMANCE_NOT_FOUND")
    }

    @Test func anOrderIsExchanged() async throws {
        let harness = try await Harness.withNights(4)
        let pass = try await harness.season(2)
        let order = try await harness.buy { ($0.orderNumber, $0.performanceIds) = ("TIX-7", ["night-3"]) }
        _ = try await harness.call(Admissions.printOrder, .with { $0.orderID = order.orderID })
        let old = order.tickets[0]
        let changed = try await harness.call(
            Admissions.updateOrder,
            .with {
                ($0.orderID, $0.etag, $0.reason) = (order.orderID, order.etag, "exchanged")
                ($0.returnTicketIds, $0.addPerformanceIds) = ([old.ticketID], ["night-4"])
                ($0.customerName, $0.updateMask.paths) = ("Bob", ["customer_name"])
            })
        #expect(changed.tickets.map(\.state) == [.cancelled, .notPrinted] && changed.unprintedCount == 1)
        #expect(changed.customerName == "Bob" && changed.orderNumber == "TIX-7" && changed.etag != order.etag)
        #expect(try await harness.scan(old.barcode, at: "night-3").reason == "exchanged")
        #expect(try await harness.scan(changed.tickets[1].barcode, at: "night-4").verdict == .notPrinted)
        // On a pass: one night for another.
        let swapped = try await harness.call(
            Admissions.updateOrder,
            .with {
                ($0.orderID, $0.passID) = (order.orderID, pass.passID)
                ($0.removePerformanceIds, $0.addPerformanceIds) = (["night-1"], ["night-3"])
            })
        #expect(swapped.passIds == [pass.passID])
        _ = try await harness.call(Admissions.printOrder, .with { $0.orderID = order.orderID })
        for (night, verdict) in [("night-1", ScanVerdict.cancelled), ("night-2", .ok), ("night-3", .ok)] {
            #expect(try await harness.scan(pass.barcode, at: night).verdict == verdict.message)
        }
        let records = try await harness.records()
        #expect(records.map(\.action) == [.print, .print, .cancel, .update, .update, .print])
        #expect(records[3].performanceIds == ["night-2"] && records[4].performanceIds == ["night-2", "night-3"])
    }

    @Test func aRefusedExchangeChangesNothing() async throws {
        let harness = try await Harness.withNights(2)
        let order = try await harness.buy { $0.performanceIds = ["night-1"] }
        _ = try await harness.buy { $0.orderNumber = "TAKEN" }
        let other = try await harness.season(1)
        func refused(_ change: (inout Usher_Admission_V1_UpdateOrderRequest) -> Void) async throws -> String? {
            var request = Usher_Admission_V1_UpdateOrderRequest()
            (request.orderID, request.returnTicketIds) = (order.orderID, [order.tickets[0].ticketID])
            change(&request)
            return try await harness.refusal(Admissions.updateOrder, request)?.reason
        }
        #expect(try await refused { $0.addPerformanceIds = ["none"] } == "PERFORMANCE_NOT_FOUND")
        #expect(try await refused { $0.addPassProductIds = ["none"] } == "PASS_PRODUCT_NOT_FOUND")
        #expect(try await refused { $0.returnPassIds = [other.passID] } == "PASS_NOT_FOUND")
        #expect(try await refused { $0.returnTicketIds = ["tkt_0000000000001"] } == "TICKET_NOT_FOUND")
        #expect(try await refused { $0.removePerformanceIds = ["night-1"] } == "FIELD_INVALID")
        #expect(
            try await refused { ($0.removePerformanceIds, $0.passID) = (["night-2"], other.passID) }
                == "ADMISSION_NOT_FOUND")
        #expect(try await refused { $0.etag = "v9" } == "ETAG_MISMATCH")
        #expect(try await refused { $0.orderID = "ord_0000000000001" } == "ORDER_NOT_FOUND")
        #expect(
            try await refused { ($0.orderNumber, $0.updateMask.paths) = ("TAKEN", ["order_number"]) }
                == "ORDER_NUMBER_TAKEN")
        // Of what is wrong, the number is told before the purchases.
        #expect(
            try await refused {
                ($0.orderNumber, $0.updateMask.paths) = ("TAKEN", ["order_number"])
                $0.addPerformanceIds = ["none"]
            } == "ORDER_NUMBER_TAKEN")
        // Nobody has two admissions to one performance on a pass.
        #expect(
            try await refused { ($0.addPerformanceIds, $0.passID) = (["night-2", "night-2"], other.passID) }
                == "ADMISSION_ON_PASS")
        let after = try await harness.call(Admissions.getOrder, .with { $0.orderID = order.orderID })
        #expect(after == order)
        let returned = try await harness.call(
            Admissions.updateOrder, .with { ($0.orderID, $0.returnPassIds) = (other.orderID, [other.passID]) })
        #expect(returned.passIds == [other.passID])
        #expect(try await harness.scan(other.barcode).verdict == .cancelled)
    }

    /// Whether a performance may be on a pass: it is included, named on its own, or on a bundle that is named.
    @Test func whatAPassIsGoodFor() async throws {
        let harness = try await Harness.withNights(4)
        try await harness.createProduct("bundle", .bundle, ["night-1"])
        try await harness.createProduct("member", .miscellaneousItem, []) {
            ($0.eligibleBundleIds, $0.eligiblePerformanceIds) = (["bundle"], ["night-2"])
        }
        try await harness.createProduct("any", .miscellaneousItem, [])
        for (product, eligible) in [
            ("bundle", ["night-1"]), ("member", ["night-1", "night-2"]), ("any", ["night-1", "night-2", "night-3"]),
        ] {
            let order = try await harness.buy()
            let pass = try await harness.call(
                Admissions.assignPass, .with { ($0.orderID, $0.passProductID) = (order.orderID, product) })
            for night in ["night-1", "night-2", "night-3"] where !pass.admissions.map(\.performanceID).contains(night) {
                let refusal = try await harness.refusal(
                    Admissions.updatePassAdmissions,
                    .with { ($0.passID, $0.orderID, $0.addPerformanceIds) = (pass.passID, order.orderID, [night]) })
                let expected = eligible.contains(night) ? nil : "PERFORMANCE_NOT_ELIGIBLE"
                #expect(refusal?.reason == expected, "\(product) \(night)")
            }
        }
        let listed = try await harness.call(Admissions.listPasses, .with { $0.passProductID = "member" })
        #expect(listed.passes.map(\.passProductID) == ["member"])
        #expect(try await harness.call(Admissions.listPasses, .init()).passes.count == 3)
    }

    @Test func admissionsAreAddedAndRemovedByHand() async throws {
        let harness = try await Harness.withNights(3)
        let order = try await harness.buy()
        let pass = try await harness.call(
            Admissions.assignPass, .with { ($0.orderID, $0.performanceIds) = (order.orderID, ["night-1"]) })
        func update(
            _ change: (inout Usher_Admission_V1_UpdatePassAdmissionsRequest) -> Void
        ) async throws -> String? {
            var request = Usher_Admission_V1_UpdatePassAdmissionsRequest()
            (request.passID, request.orderID) = (pass.passID, order.orderID)
            change(&request)
            return try await harness.refusal(Admissions.updatePassAdmissions, request)?.reason
        }
        #expect(
            try await update {
                ($0.addPerformanceIds, $0.removePerformanceIds) = (["night-2"], ["night-1"])
                ($0.seat, $0.gates) = ("7", ["north"])
            } == nil)
        // Unknown to anybody outside: nothing of it was printed.
        #expect(try await harness.records().isEmpty)
        _ = try await harness.call(Admissions.printOrder, .with { $0.orderID = order.orderID })
        let printed = try await harness.pass(pass.passID)
        #expect(printed.admissions.map(\.state) == [.cancelled, .printed])
        #expect(try await harness.scan(printed.barcode, at: "night-2").verdict == .wrongGate)
        let scan = try await harness.scan(printed.barcode, at: "night-2") { $0.gate = "north" }
        #expect(scan.verdict == .ok && scan.seat == "7")
        #expect(try await update { $0.addPerformanceIds = ["night-2"] } == "ADMISSION_ON_PASS")
        #expect(try await update { $0.removePerformanceIds = ["night-3"] } == "ADMISSION_NOT_FOUND")
        #expect(try await update { ($0.addPerformanceIds, $0.orderID) = (["night-3"], "") } == "ORDER_NOT_FOUND")
        #expect(try await update { $0.addPerformanceIds = ["night-3", "night-3"] } == "FIELD_INVALID")
        #expect(try await update { _ in } == "FIELD_INVALID")
        #expect(try await update { ($0.addPerformanceIds, $0.passID) = (["night-3"], "x") } == "PASS_NOT_FOUND")
        let early = try await harness.call(Admissions.assignPass, .with { $0.orderID = order.orderID })
        let refusal = try await harness.refusal(Admissions.reprintPass, .with { $0.passID = early.passID })
        #expect(refusal?.reason == "PASS_NOT_PRINTED")
        #expect(try await harness.refusal(Admissions.assignPass, .init())?.reason == "ORDER_NOT_FOUND")
    }

    @Test func productsAreKept() async throws {
        let harness = try await Harness.withNights(2)
        let made = try await harness.createProduct("season", .bundle, ["night-2", "night-1"]) {
            $0.eligiblePerformanceIds = ["night-1"]
        }
        #expect(made.performanceIds == ["night-1", "night-2"] && made.eligiblePerformanceIds == [])
        #expect(try await harness.call(Admissions.getPassProduct, .with { $0.passProductID = "season" }) == made)
        let named = try await harness.createProduct("", .miscellaneousItem, [])
        #expect(named.passProductID.hasPrefix("ppr_"))
        #expect(try await harness.call(Admissions.listPassProducts, .init()).passProducts == [made, named])
        let change = Usher_Admission_V1_UpdatePassProductRequest.with {
            ($0.passProduct.passProductID, $0.passProduct.etag) = ("season", made.etag)
            ($0.passProduct.performanceIds, $0.updateMask.paths) = (["night-2"], ["performance_ids"])
        }
        let changed = try await harness.call(Admissions.updatePassProduct, change)
        #expect(changed.performanceIds == ["night-2"] && changed.title == made.title && changed.etag != made.etag)
        #expect(try await harness.refusal(Admissions.updatePassProduct, change)?.reason == "ETAG_MISMATCH")
        func refused(
            _ id: String, _ kind: Usher_Admission_V1_PassProductKind,
            _ change: (inout Usher_Admission_V1_PassProduct) -> Void = { _ in }
        ) async throws -> String? {
            var request = Usher_Admission_V1_CreatePassProductRequest()
            (request.passProduct.passProductID, request.passProduct.kind) = (id, kind)
            request.passProduct.title = "A"
            change(&request.passProduct)
            return try await harness.refusal(Admissions.createPassProduct, request)?.reason
        }
        #expect(try await refused("season", .bundle) == "PASS_PRODUCT_EXISTS")
        #expect(try await refused("new", .unspecified) == "FIELD_INVALID")
        #expect(try await refused("new", .bundle) { $0.title = "" } == "FIELD_INVALID")
        #expect(try await refused("new", .miscellaneousItem) { $0.performanceIds = ["night-1"] } == "FIELD_INVALID")
        #expect(try await refused("new", .bundle) { $0.performanceIds = ["none"] } == "PERFORMANCE_NOT_FOUND")
        // Only bundles have performances to be good for.
        #expect(
            try await refused("new", .bundle) { $0.eligibleBundleIds = [named.passProductID] }
                == "PASS_PRODUCT_NOT_FOUND")
        let unknown = try await harness.refusal(Admissions.getPassProduct, .with { $0.passProductID = "none" })
        #expect(unknown?.reason == "PASS_PRODUCT_NOT_FOUND")
    }
}

extension Harness {
    @discardableResult
    fileprivate func createProduct(
        _ id: String, _ kind: Usher_Admission_V1_PassProductKind, _ performances: [String],
        _ change: (inout Usher_Admission_V1_PassProduct) -> Void = { _ in }
    ) async throws -> Usher_Admission_V1_PassProduct {
        var request = Usher_Admission_V1_CreatePassProductRequest()
        (request.passProduct.passProductID, request.passProduct.kind) = (id, kind)
        (request.passProduct.title, request.passProduct.performanceIds) = ("Product", performances)
        change(&request.passProduct)
        return try await call(Admissions.createPassProduct, request)
    }

    func buy(
        _ change: (inout Usher_Admission_V1_CreateOrderRequest) -> Void = { _ in }
    ) async throws -> Usher_Admission_V1_Order {
        var request = Usher_Admission_V1_CreateOrderRequest()
        change(&request)
        return try await call(Admissions.createOrder, request)
    }

    fileprivate func pass(_ id: String) async throws -> Usher_Admission_V1_Pass {
        try await call(Admissions.getPass, .with { $0.passID = id })
    }

    /// A printed pass with the first nights on it, good for any performance.
    func season(_ nights: Int) async throws -> Usher_Admission_V1_Pass {
        let order = try await buy()
        let performances = (1...nights).map { "night-\($0)" }
        let pass = try await call(
            Admissions.assignPass, .with { ($0.orderID, $0.performanceIds) = (order.orderID, performances) })
        _ = try await call(Admissions.printOrder, .with { $0.orderID = order.orderID })
        return try await self.pass(pass.passID)
    }
}
