import SwiftProtobuf
import UsherAPI
import UsherContract

final class ModelReservation {
    let id: String
    let voucher: ModelVoucher
    /// Nil for whoever names it.
    let viewer: ModelViewer?
    let end: Instant
    /// Taken up or given back.
    var isOver = false

    init(_ id: String, _ voucher: ModelVoucher, _ viewer: ModelViewer?, until end: Instant) {
        (self.id, self.voucher, self.viewer, self.end) = (id, voucher, viewer, end)
    }

    func isHeld(at moment: Instant) -> Bool { !isOver && end > moment }
}

extension OrganisationModel {
    /// The uses of a voucher that reservations hold.
    func held(_ voucher: ModelVoucher, at moment: Instant) -> Int {
        reservations.filter { $0.voucher === voucher && $0.isHeld(at: moment) }.count
    }

    func reserve(
        _ request: Usher_Vouchers_V1_ReserveVoucherRequest, _ context: Context,
        _ made: Usher_Vouchers_V1_Reservation?
    ) throws -> Usher_Vouchers_V1_Reservation {
        var mistakes = Mistakes()
        var ttl: Int64 = 900_000_000
        if request.hasTtl {
            ttl = request.ttl.seconds * 1_000_000 + Int64(request.ttl.nanos / 1_000)
            // Nothing is held for less than a microsecond.
            let isExact = request.ttl.seconds < 604_800 || request.ttl.seconds == 604_800 && request.ttl.nanos == 0
            mistakes.require(ttl > 0 && isExact, "ttl")
        }
        let voucher = try find(code: request.code, viewerID: request.viewerID, &mistakes)
        let use = ModelUse(
            viewerID: request.viewerID, assetID: request.assetID, packageID: request.packageID,
            priceOptionID: request.priceOptionID, moment: context.now, isReservation: true)
        _ = try judge(voucher, use)
        let viewer = request.viewerID.isEmpty ? nil : try register(request.viewerID, context)
        let reservation = ModelReservation(
            try adopt(made?.reservationID, "rsv"), voucher, viewer, until: context.now + .microseconds(ttl))
        reservations.append(reservation)
        context.record("voucher.reserved", voucher.id)
        return .with { message in
            message.reservationID = reservation.id
            message.voucherID = voucher.id
            message.viewerID = request.viewerID
            message.createTime = context.now.timestamp
            message.expireTime = reservation.end.timestamp
        }
    }

    func release(
        _ request: Usher_Vouchers_V1_ReleaseReservationRequest, _ context: Context
    ) throws -> Usher_Vouchers_V1_ReleaseReservationResponse {
        let found = reservations.first { $0.id == request.reservationID && $0.isHeld(at: context.now) }
        guard let reservation = found else { throw Expected.notFound("RESERVATION_NOT_FOUND") }
        reservation.isOver = true
        context.record("voucher.reservation_released", reservation.voucher.id)
        return .with { $0.voucherID = reservation.voucher.id }
    }

    /// Another end for what a voucher has given and was not taken away.
    func resetExpiry(
        _ request: Usher_Vouchers_V1_ResetVoucherExpiryRequest, _ context: Context
    ) throws -> Usher_Vouchers_V1_Voucher {
        var mistakes = Mistakes()
        let end = mistakes.moment(request.expireTime, request.hasExpireTime, "expire_time")
        mistakes.require(end.map { $0 > context.now } ?? false, "expire_time")
        try mistakes.refuse()
        let voucher = try livingVoucher(request.voucherID)
        if voucher.applied.isEmpty { throw Expected.precondition("VOUCHER_NOT_REDEEMED") }
        let standing = voucher.applied.map(\.access).filter { $0.revoked == nil }
        if standing.isEmpty { throw Expected.precondition("ACCESS_REVOKED") }
        let own = standing.filter(\.subscriptionID.isEmpty)
        if own.isEmpty { throw Expected.precondition("ACCESS_OF_SUBSCRIPTION") }
        if let end, !own.filter({ $0.extend(to: end, at: context.now) }).isEmpty {
            voucher.touch(context.now)
            context.record("voucher.expiry_reset", voucher.id)
        }
        return voucher.message(of: self, at: context.now)
    }

    // MARK: Who may use it

    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(" ")
    }

    /// - Parameter file: what the request's CSV file says; nil for none.
    func addEmails(
        _ request: Usher_Vouchers_V1_AddVoucherEmailsRequest, _ context: Context, _ file: ModelFile?
    ) throws -> Usher_Vouchers_V1_AddVoucherEmailsResponse {
        var mistakes = Mistakes()
        mistakes.require(file == nil ? (1...10_000).contains(request.emails.count) : request.emails.isEmpty, "emails")
        try mistakes.refuse()
        let voucher = try livingVoucher(request.voucherID)
        if let problem = file?.problem { throw Expected(code: .invalidArgument, reason: problem) }
        let listed = request.emails.enumerated().map { ModelFile.Row(number: $0 + 1, fields: ["email": $1]) }
        var response = Usher_Vouchers_V1_AddVoucherEmailsResponse()
        var all = voucher.emails
        for row in file?.rows ?? listed {
            let folded = CodeText.same(row.fields["email"] ?? "")
            if row.problem == nil, Self.isEmail(folded) {
                all.insert(folded)
            } else {
                response.errors.append(
                    .with { ($0.row, $0.reason) = (Int32(row.number), row.problem ?? "EMAIL_INVALID") })
            }
        }
        if let first = response.errors.first, request.mode != .perRow, !request.validateOnly {
            throw Expected(code: .invalidArgument, reason: first.reason)
        }
        response.addedCount = Int32(all.count - voucher.emails.count)
        response.emailCount = Int32(all.count)
        if !request.validateOnly, response.addedCount > 0 {
            voucher.emails = all
            voucher.touch(context.now)
            context.record("voucher.emails_added", voucher.id)
        }
        return response
    }

    func removeEmails(
        _ request: Usher_Vouchers_V1_RemoveVoucherEmailsRequest, _ context: Context
    ) throws -> Usher_Vouchers_V1_RemoveVoucherEmailsResponse {
        var mistakes = Mistakes()
        mistakes.require(request.all == request.emails.isEmpty, "emails")
        try mistakes.refuse()
        let voucher = try livingVoucher(request.voucherID)
        let left = request.all ? [] : voucher.emails.subtracting(request.emails.map(CodeText.same))
        let removed = voucher.emails.count - left.count
        if removed > 0 {
            voucher.emails = left
            voucher.touch(context.now)
            context.record("voucher.emails_removed", voucher.id)
        }
        return .with { ($0.removedCount, $0.emailCount) = (Int32(removed), Int32(left.count)) }
    }
}
