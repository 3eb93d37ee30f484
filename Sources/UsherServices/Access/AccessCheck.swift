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
/// Order: the asset, then a grant (any that opens will do, the viewer's or the code's), then the asset's geo policy,
/// which a voucher's override lifts.
enum AccessCheck {
    struct Verdict {
        /// Empty when allowed.
        var reason = ""
        /// The access that opens, or that came nearest.
        var access: Access?
        /// The key of the asset that was asked about.
        var assetKey: Int64?

        static func refused(_ reason: AccessReason, _ access: Access? = nil) -> Verdict {
            Verdict(reason: reason.rawValue, access: access)
        }

        /// How near a "no" came: having been let in but for geography is nearest, having nothing is farthest.
        var nearness: Int {
            switch AccessReason(rawValue: reason) {
            case .geoUnknown, .geoBlocked: 3
            case .accessExpired: 2
            case .noAccess, .assetNotFound: 0
            case nil: 1
            }
        }
    }

    static func judge(_ question: AccessQuestion, in tx: Transaction) throws -> Verdict {
        guard let gate = try AssetStore.gate(of: question.assetID, in: tx) else { return .refused(.assetNotFound) }
        var verdict = try judgeViewer(question, gate, in: tx)
        if !verdict.reason.isEmpty, !question.code.isEmpty {
            let byCode = try judgeCode(question, gate, in: tx)
            // Of two that came equally near, the one that has an access to show.
            let isAsNear = byCode.nearness == verdict.nearness && (byCode.access != nil || verdict.access == nil)
            if byCode.reason.isEmpty || byCode.nearness > verdict.nearness || isAsNear { verdict = byCode }
        }
        verdict.assetKey = gate.key
        return verdict
    }

    private static func judgeViewer(
        _ question: AccessQuestion, _ gate: AssetStore.Gate, in tx: Transaction
    ) throws -> Verdict {
        guard !question.viewerID.isEmpty, let viewerKey = try ViewerStore.key(of: question.viewerID, in: tx) else {
            return .refused(.noAccess)
        }
        let open = try AccessStore.opening(gate.key, to: viewerKey, at: question.moment, in: tx)
        guard let best = last(of: open) else {
            let expired = try AccessStore.expired(gate.key, of: viewerKey, at: question.moment, in: tx)
            return last(of: expired).map { .refused(.accessExpired, $0) } ?? .refused(.noAccess)
        }
        guard let reason = geography(of: gate, question) else { return Verdict(access: best) }
        let lifted = try AccessStore.opening(
            gate.key, to: viewerKey, at: question.moment, ignoringGeoblocking: true, in: tx)
        return last(of: lifted).map { Verdict(access: $0) } ?? .refused(reason, best)
    }

    /// A code opens by the access that it gave without a viewer, or, as long as it could still be redeemed, by itself.
    private static func judgeCode(
        _ question: AccessQuestion, _ gate: AssetStore.Gate, in tx: Transaction
    ) throws -> Verdict {
        guard let voucher = try VoucherStore.find(code: question.code, in: tx) else {
            return Verdict(reason: VoucherRefusal.voucherNotFound.rawValue)
        }
        let given = try AccessStore.ofCode(voucher.id.number, in: tx)
            .flatMap { try opens($0, gate, in: tx) ? $0 : nil }
        let isOpen = given?.state(at: question.moment) == .active
        if !isOpen {
            let use = VoucherUse(viewerID: question.viewerID, assetID: question.assetID, moment: question.moment)
            if case .failure(let refusal) = try VoucherRedemption.judge(voucher, use, in: tx) {
                let isExpired = given?.state(at: question.moment) == .expired
                return isExpired ? .refused(.accessExpired, given) : Verdict(reason: refusal.reason)
            }
        }
        let access = isOpen ? given : nil
        guard !voucher.ignoresGeoblocking, let reason = geography(of: gate, question) else {
            return Verdict(access: access)
        }
        return .refused(reason, access)
    }

    private static func opens(_ access: Access, _ gate: AssetStore.Gate, in tx: Transaction) throws -> Bool {
        guard let key = access.assetKey, key != gate.key else { return true }
        return try AssetStore.isMember(gate.key, ofAnyOf: [key], in: tx)
    }

    /// Why the asset's geo policy says no; nil where it does not.
    private static func geography(of gate: AssetStore.Gate, _ question: AccessQuestion) -> AccessReason? {
        switch gate.geoPolicy?.judge(country: question.country) ?? .passed {
        case .passed: nil
        case .unknownCountry: .geoUnknown
        case .blocked: .geoBlocked
        }
    }

    /// The one that ends last.
    private static func last(of accesses: [Access]) -> Access? { accesses.max { $1.outlasts($0) } }
}
