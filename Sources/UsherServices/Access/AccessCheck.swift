import UsherContract
import UsherStorage

/// "May this person come in?", as asked.
struct AccessQuestion {
    var viewerID: String
    var code: String
    var assetID: String
    var country: String
    var moment: Instant
}

/// The verb that answers it. Writes nothing.
///
/// Order: the asset, then a grant (any that opens will do), then the asset's geo policy, which a voucher's overrides
/// lift.
enum AccessCheck {
    struct Verdict {
        /// Empty when allowed.
        var reason = ""
        /// The access that opens, or that came nearest.
        var access: Access?
    }

    /// Something that opens the asset.
    private struct Grant {
        var access: Access?
        var voucherKey: Int64?
    }

    static func judge(_ question: AccessQuestion, in tx: Transaction) throws -> Verdict {
        guard let gate = try AssetStore.gate(of: question.assetID, in: tx) else {
            return Verdict(reason: AccessReason.assetNotFound.rawValue)
        }
        var grants: [Grant] = []
        let viewerKey = question.viewerID.isEmpty ? nil : try ViewerStore.key(of: question.viewerID, in: tx)
        if let viewerKey {
            grants = try AccessStore.opening(gate.key, to: viewerKey, at: question.moment, in: tx)
                .map { Grant(access: $0, voucherKey: $0.voucherKey) }
        }
        if grants.isEmpty, !question.code.isEmpty {
            switch try grant(byCodeOf: question, gate, in: tx) {
            case .success(let grant): grants = [grant]
            case .failure(let refusal): return Verdict(reason: refusal.reason)
            }
        }
        guard !grants.isEmpty else { return try nearest(viewerKey, gate, question.moment, in: tx) }
        return try judgeGeography(of: gate, question, grants, in: tx)
    }

    /// A code opens by the access that it gave without a viewer, or, as long as it could still be redeemed, by itself.
    private static func grant(
        byCodeOf question: AccessQuestion, _ gate: AssetStore.Gate, in tx: Transaction
    ) throws -> Result<Grant, Refusal> {
        guard let voucher = try VoucherStore.find(code: question.code, in: tx) else {
            return .failure(VoucherRefusal.notFound)
        }
        if let access = try AccessStore.ofCode(voucher.id.number, in: tx),
            access.state(at: question.moment) == .active,
            try access.assetKey.map({ try $0 == gate.key || AssetStore.isMember(gate.key, ofAnyOf: [$0], in: tx) })
                ?? true
        {
            return .success(Grant(access: access, voucherKey: voucher.id.number))
        }
        let use = VoucherUse(viewerID: question.viewerID, assetID: question.assetID, moment: question.moment)
        return try VoucherRedemption.judge(voucher, use, in: tx).map { _ in
            Grant(access: nil, voucherKey: voucher.id.number)
        }
    }

    private static func nearest(
        _ viewerKey: Int64?, _ gate: AssetStore.Gate, _ moment: Instant, in tx: Transaction
    ) throws -> Verdict {
        guard let viewerKey else { return Verdict(reason: AccessReason.noAccess.rawValue) }
        let expired = try AccessStore.bearing(on: gate.key, of: viewerKey, in: tx)
            .filter { $0.state(at: moment) == .expired }
        guard let last = expired.max(by: { $1.outlasts($0) }) else {
            return Verdict(reason: AccessReason.noAccess.rawValue)
        }
        return Verdict(reason: AccessReason.accessExpired.rawValue, access: last)
    }

    private static func judgeGeography(
        of gate: AssetStore.Gate, _ question: AccessQuestion, _ grants: [Grant], in tx: Transaction
    ) throws -> Verdict {
        var passing = grants
        var reason = ""
        switch gate.geoPolicy?.judge(country: question.country) ?? .passed {
        case .passed: break
        case .unknownCountry: reason = AccessReason.geoUnknown.rawValue
        case .blocked: reason = AccessReason.geoBlocked.rawValue
        }
        if !reason.isEmpty {
            passing = try grants.filter { grant in
                try grant.voucherKey.map { try VoucherStore.ignoresGeoblocking($0, in: tx) } ?? false
            }
        }
        let candidates = passing.isEmpty ? grants : passing
        let best = candidates.compactMap(\.access).max { $1.outlasts($0) }
        return Verdict(reason: passing.isEmpty ? reason : "", access: best)
    }
}
