import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension VoucherService {
    func reserveVoucher(
        _ request: Usher_Vouchers_V1_ReserveVoucherRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_Reservation {
        var violations = Violations()
        let ttl = request.hasTtl ? Duration(valid: request.ttl) : Reservation.defaultTTL
        violations.require(
            ttl.map { $0.wholeMicroseconds > 0 && $0 <= Reservation.maximumTTL } ?? false, "ttl",
            "must be at least a microsecond and at most 7 days")
        var use = try use(of: request, &violations, tx)
        use.purpose = .reservation
        guard let ttl, let voucher = try VoucherStore.find(code: request.code, in: tx) else {
            throw VoucherRefusal.notFound
        }
        let reservation = try VoucherReservation.apply(voucher, use, for: ttl, in: tx)
        return .with { message in
            message.reservationID = reservation.id.description
            message.voucherID = reservation.voucherID.description
            message.viewerID = request.viewerID
            message.createTime = Google_Protobuf_Timestamp(reservation.createTime)
            message.expireTime = Google_Protobuf_Timestamp(reservation.expireTime)
        }
    }

    func releaseReservation(
        _ request: Usher_Vouchers_V1_ReleaseReservationRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_ReleaseReservationResponse {
        guard let id = ResourceID(request.reservationID, prefix: Reservation.prefix),
            let reservation = try ReservationStore.find(id.number, at: tx.now, in: tx)
        else { throw VoucherRefusal.reservationNotFound.refusal }
        try VoucherReservation.release(reservation, in: tx)
        return .with { $0.voucherID = reservation.voucherID.description }
    }
}

/// The verbs by which a use of a voucher is held and given back.
enum VoucherReservation {
    /// Holds one use: judged like the use itself, which succeeds for as long as the reservation lasts.
    static func apply(
        _ voucher: Voucher, _ use: VoucherUse, for ttl: Duration, in tx: Transaction
    ) throws -> Reservation {
        let judgement = try VoucherRedemption.judge(voucher, use, in: tx).get()
        var viewerKey = judgement.viewerKey
        if viewerKey == nil, !use.viewerID.isEmpty {
            viewerKey = try ViewerRegistration.apply(use.viewerID, in: tx)
        }
        let purged = try purge(voucher, in: tx)
        let reservation = Reservation(
            id: tx.newID(Reservation.prefix), voucherID: voucher.id, viewerKey: viewerKey, createTime: tx.now,
            expireTime: tx.now + ttl)
        try ReservationStore.insert(reservation, in: tx)
        try VoucherStore.changeHeldCount(of: voucher.id, by: 1 - purged, in: tx)
        try tx.record(
            "voucher.reserved", voucher.id.description,
            after: [
                "reservation_id": reservation.id.description, "viewer_id": use.viewerID,
                "expire_time": reservation.expireTime,
            ])
        return reservation
    }

    static func release(_ reservation: Reservation, in tx: Transaction) throws {
        try ReservationStore.delete(reservation.id, in: tx)
        try VoucherStore.changeHeldCount(of: reservation.voucherID, by: -1, in: tx)
        try tx.record(
            "voucher.reservation_released", reservation.voucherID.description,
            before: ["reservation_id": reservation.id.description])
    }

    /// The uses that reservations hold at a moment.
    static func held(of voucher: Voucher, at now: Instant, in tx: Transaction) throws -> Int {
        guard voucher.heldCount > 0 else { return 0 }
        return voucher.heldCount - (try ReservationStore.countEnded(of: voucher.id, at: now, in: tx))
    }

    /// Removes reservations that have ended, so that there is room for a use. The caller takes them off the count.
    ///
    /// - Returns: how many.
    static func purge(_ voucher: Voucher, in tx: Transaction) throws -> Int {
        voucher.heldCount > 0 ? try ReservationStore.purge(of: voucher.id, in: tx) : 0
    }
}

extension Duration {
    /// Nil for what is no valid duration. Nanoseconds are kept; source: google.protobuf.Duration.
    fileprivate init?(valid duration: Google_Protobuf_Duration) {
        let limit = Int64(315_576_000_000)
        guard (-limit...limit).contains(duration.seconds), (-999_999_999...999_999_999).contains(duration.nanos) else {
            return nil
        }
        self = .seconds(duration.seconds) + .nanoseconds(duration.nanos)
    }
}
