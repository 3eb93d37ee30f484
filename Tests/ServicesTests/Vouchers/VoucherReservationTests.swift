import SwiftProtobuf
import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

/// Uses of a voucher that are held: used and held together never exceed the limit.
@Suite struct VoucherReservationTests {
    private func reserve(
        _ harness: Harness, _ code: String, _ viewer: String = "", seconds: Int64? = nil
    ) async throws -> Usher_Vouchers_V1_Reservation {
        var request = Usher_Vouchers_V1_ReserveVoucherRequest()
        (request.code, request.viewerID) = (code, viewer)
        if let seconds { request.ttl.seconds = seconds }
        return try await harness.call(Vouchers.reserveVoucher, request)
    }

    private func reserveReason(_ harness: Harness, _ code: String, _ viewer: String = "") async throws -> String? {
        try await harness.refusal(Vouchers.reserveVoucher, .with { ($0.code, $0.viewerID) = (code, viewer) })?.reason
    }

    private func redeemReason(_ harness: Harness, _ code: String, _ viewer: String, _ id: String) async throws
        -> String?
    {
        try await harness.refusal(
            Vouchers.redeemVoucher, .with { ($0.code, $0.viewerID, $0.reservationID) = (code, viewer, id) })?.reason
    }

    private func get(_ harness: Harness, _ id: String) async throws -> Usher_Vouchers_V1_Voucher {
        try await harness.call(Vouchers.getVoucher, .with { $0.voucherID = id })
    }

    @Test func aReservationHoldsAUseUntilItEnds() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("HELD") { $0.usageLimit = 1 }
        let reservation = try await reserve(harness, "held")
        #expect(reservation.voucherID == made.voucherID && reservation.viewerID.isEmpty)
        #expect(reservation.expireTime.seconds - reservation.createTime.seconds == 900)
        let held = try await get(harness, made.voucherID)
        #expect(held.heldCount == 1 && held.usedCount == 0 && held.state == .active && held.etag == made.etag)
        #expect(try await harness.redeemReason("HELD", "bob") == "LIMIT_REACHED")
        #expect(try await reserveReason(harness, "HELD") == "LIMIT_REACHED")
        harness.now = harness.now + .seconds(900) - .microseconds(1)
        #expect(try await harness.redeemReason("HELD", "bob") == "LIMIT_REACHED")
        harness.now = harness.now + .microseconds(1)
        #expect(try await get(harness, made.voucherID).heldCount == 0)
        #expect(try await redeemReason(harness, "HELD", "bob", reservation.reservationID) == "RESERVATION_NOT_FOUND")
        #expect(try await harness.redeemReason("HELD", "bob") == nil)
        let used = try await get(harness, made.voucherID)
        #expect(used.heldCount == 0 && used.usedCount == 1)
        #expect(try await harness.redeemReason("HELD", "carl") == "VOUCHER_USED")
    }

    @Test func whoeverNamesItTakesItUp() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("HELD") { $0.usageLimit = 1 }
        let reservation = try await reserve(harness, "HELD")
        #expect(try await redeemReason(harness, "HELD", "anna", "rsv_0000000000001") == "RESERVATION_NOT_FOUND")
        #expect(try await redeemReason(harness, "HELD", "anna", reservation.reservationID) == nil)
        let used = try await get(harness, made.voucherID)
        #expect(used.usedCount == 1 && used.heldCount == 0)
        #expect(try await redeemReason(harness, "HELD", "anna", reservation.reservationID) == "RESERVATION_NOT_FOUND")
        let release = try await harness.refusal(
            Vouchers.releaseReservation, .with { $0.reservationID = reservation.reservationID })
        #expect(release?.reason == "RESERVATION_NOT_FOUND" && release?.code == .notFound)
    }

    @Test func aViewersReservationIsForThatViewer() async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("HELD") { $0.usageLimit = 2 }
        _ = try await harness.createVoucher("OTHER")
        let first = try await reserve(harness, "HELD", "anna")
        _ = try await reserve(harness, "HELD", "bob")
        #expect(try await redeemReason(harness, "HELD", "bob", first.reservationID) == "RESERVATION_NOT_FOUND")
        #expect(try await redeemReason(harness, "OTHER", "anna", first.reservationID) == "RESERVATION_NOT_FOUND")
        #expect(try await harness.redeemReason("HELD", "carl") == "LIMIT_REACHED")
        // Both have one, and need not name it.
        #expect(try await harness.redeemReason("HELD", "bob") == nil)
        #expect(try await harness.redeemReason("HELD", "anna") == nil)
        #expect(try await harness.redeemReason("HELD", "anna") == "LIMIT_REACHED")
    }

    @Test func reservationsCountAgainstTheLimitPerViewer() async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("EACH") { $0.perViewerLimit = 2 }
        _ = try await harness.redeem("EACH", "anna")
        _ = try await reserve(harness, "EACH", "anna", seconds: 60)
        #expect(try await reserveReason(harness, "EACH", "anna") == "VIEWER_LIMIT_REACHED")
        #expect(try await reserveReason(harness, "EACH", "bob") == nil)
        harness.now = harness.now + .seconds(60)
        _ = try await reserve(harness, "EACH", "anna")
        #expect(try await harness.redeemReason("EACH", "anna") == nil)
        #expect(try await harness.redeemReason("EACH", "anna") == "VIEWER_LIMIT_REACHED")
    }

    @Test func whatIsReleasedIsFree() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("HELD") { $0.usageLimit = 1 }
        let reservation = try await reserve(harness, "HELD", seconds: 7 * 24 * 3_600)
        let reply = try await harness.call(
            Vouchers.releaseReservation, .with { $0.reservationID = reservation.reservationID })
        #expect(reply.voucherID == made.voucherID)
        #expect(try await harness.redeemReason("HELD", "bob") == nil)
    }

    @Test func aLimitIsNeverBelowWhatIsUsedAndHeld() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("HELD")
        _ = try await harness.redeem("HELD", "anna")
        _ = try await reserve(harness, "HELD", "bob", seconds: 60)
        var request = Usher_Vouchers_V1_UpdateVoucherRequest()
        request.voucher.voucherID = made.voucherID
        request.voucher.usageLimit = 1
        request.updateMask.paths = ["usage_limit"]
        let refusal = try await harness.refusal(Vouchers.updateVoucher, request)
        #expect(refusal?.reason == "LIMIT_BELOW_USED" && refusal?.metadata == ["used_count": "2"])
        harness.now = harness.now + .seconds(60)
        #expect(try await harness.call(Vouchers.updateVoucher, request).usageLimit == 1)
    }

    @Test(arguments: [(0, 0), (0, 999), (-1, 0), (7 * 24 * 3_600, 1), (1 << 60, 0), (1, -1), (1, 1_000_000_000)])
    func timesThatCannotBeAccepted(seconds: Int64, nanos: Int32) async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("HELD")
        var request = Usher_Vouchers_V1_ReserveVoucherRequest()
        request.code = "HELD"
        (request.ttl.seconds, request.ttl.nanos) = (seconds, nanos)
        let refusal = try await harness.refusal(Vouchers.reserveVoucher, request)
        #expect((seconds, nanos) == (1, -1) ? refusal == nil : refusal?.violations.first?.field == "ttl")
    }

    /// The same rules as for redeeming, but for the two that only a redemption has.
    @Test func refusalsOfAReservation() async throws {
        let harness = try await Harness.withOpening()
        let now = Harness.start.microseconds / 1_000_000
        let gone = try await harness.createVoucher("GONE")
        try await harness.call(Vouchers.deleteVoucher, .with { $0.voucherID = gone.voucherID })
        let off = try await harness.createVoucher("OFF")
        _ = try await harness.call(Vouchers.deactivateVoucher, .with { $0.voucherID = off.voucherID })
        _ = try await harness.createVoucher("EARLY") { $0.redeemFrom.seconds = now + 1 }
        _ = try await harness.createVoucher("LATE") { $0.redeemUntil.seconds = now }
        _ = try await harness.createVoucher("SCOPED") { $0.scope.assetIds = ["opening"] }
        _ = try await harness.createVoucher("ONCE") { $0.usageLimit = 1 }
        _ = try await harness.createVoucher("HALF") { ($0.effect, $0.discountPercent) = (.discount, 50) }
        _ = try await harness.redeem("ONCE")
        try await harness.createAsset("other")
        let rows: [(code: String, asset: String, reason: String?)] = [
            ("NONE", "", "VOUCHER_NOT_FOUND"), ("GONE", "", "VOUCHER_DELETED"), ("OFF", "", "VOUCHER_DEACTIVATED"),
            ("EARLY", "", "VOUCHER_NOT_YET_VALID"), ("LATE", "", "VOUCHER_EXPIRED"),
            ("SCOPED", "missing", "ASSET_NOT_FOUND"), ("SCOPED", "other", "OUT_OF_SCOPE"),
            ("ONCE", "", "VOUCHER_USED"), ("HALF", "", nil), ("SCOPED", "opening", nil),
        ]
        for row in rows {
            let refusal = try await harness.refusal(
                Vouchers.reserveVoucher, .with { ($0.code, $0.assetID) = (row.code, row.asset) })
            #expect(refusal?.reason == row.reason, "\(row)")
        }
    }

    /// More that have ended than are removed at a time.
    @Test func endedReservationsNeverStandInTheWay() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("MANY") { $0.usageLimit = 250 }
        for _ in 0..<250 { _ = try await reserve(harness, "MANY", seconds: 1) }
        #expect(try await reserveReason(harness, "MANY") == "LIMIT_REACHED")
        harness.now = harness.now + .seconds(1)
        #expect(try await get(harness, made.voucherID).heldCount == 0)
        for number in 0..<250 {
            #expect(
                try await (number.isMultiple(of: 2) ? reserveReason(harness, "MANY") : harness.redeemReason("MANY"))
                    == nil)
        }
        let full = try await get(harness, made.voucherID)
        #expect(full.heldCount == 125 && full.usedCount == 125)
        #expect(try await harness.redeemReason("MANY", "late") == "LIMIT_REACHED")
    }

    /// 64 at once reserve, redeem, take up and give back one voucher; whatever the order, the sum is right.
    @Test func usedAndHeldNeverExceedTheLimit() async throws {
        let harness = try await Harness.withOpening()
        let limit: Int32 = 20
        let made = try await harness.createVoucher("RACE") { $0.usageLimit = limit }
        let redeemed = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<64 {
                group.addTask {
                    let viewer = "viewer-\(number)"
                    guard number % 4 > 0 else { return try await harness.redeemReason("RACE", viewer) == nil ? 1 : 0 }
                    let reservation: Usher_Vouchers_V1_Reservation
                    do {
                        reservation = try await reserve(harness, "RACE", viewer)
                    } catch let refusal as Refusal {
                        #expect(refusal.reason == "LIMIT_REACHED")
                        return 0
                    }
                    let now = try await get(harness, made.voucherID)
                    #expect(now.usedCount + now.heldCount <= limit)
                    if number % 4 == 1 {
                        try await harness.call(
                            Vouchers.releaseReservation, .with { $0.reservationID = reservation.reservationID })
                        return 0
                    }
                    // Who holds a use gets it.
                    #expect(try await redeemReason(harness, "RACE", viewer, reservation.reservationID) == nil)
                    return 1
                }
            }
            return try await group.reduce(0, +)
        }
        let voucher = try await get(harness, made.voucherID)
        let listed = try await harness.call(Vouchers.listRedemptions, .with { $0.voucherID = made.voucherID })
        #expect(voucher.heldCount == 0 && voucher.usedCount == Int32(redeemed) && listed.redemptions.count == redeemed)
        #expect(redeemed <= limit)
    }
}
