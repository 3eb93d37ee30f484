import UsherContract
import UsherStorage

// The verbs over passes. As with tickets, each writes the record for the third party's system, and none the journal.

/// Makes a pass of an order. It has no card, and opens nothing, before its order is printed.
enum PassAssignment {
    /// - Parameter performanceKeys: what it has admissions to besides those that its product includes.
    /// - Throws: FAILED_PRECONDITION `PERFORMANCE_NOT_ELIGIBLE`, `PASS_TOO_LARGE`.
    static func apply(
        _ product: PassProduct?, order: Order, holderName: String, performanceKeys: [Int64], in tx: Transaction
    ) throws -> Pass {
        let pass = Pass(
            id: tx.newID(Pass.prefix), orderKey: order.id.number, productKey: product?.key, holderName: holderName,
            cardNumber: 0, printTime: nil, cancelTime: nil, cancelReason: "", createTime: tx.now, updateTime: tx.now)
        try PassStore.insert(pass, in: tx)
        // What was deleted since stays on the product, which would be for everything if nothing were named any more.
        let included = try (product?.performanceKeys ?? []).filter { try AssetStore.isLive($0, in: tx) }
        let all = included + performanceKeys.filter { !included.contains($0) }
        try PassAdmissions.add(all, to: pass, by: order, in: tx)
        return pass
    }
}

/// Puts admissions on a pass, and takes them off.
enum PassAdmissions {
    /// Where the holder of a pass sits.
    struct Place {
        var zone = ""
        var seat = ""
        var gates: [String] = []
    }

    /// Puts admissions on a pass, which open no door before the order with them is printed. One that was cancelled
    /// comes back; whether it was used stays as it is.
    ///
    /// - Throws: FAILED_PRECONDITION `PERFORMANCE_NOT_ELIGIBLE`, `PASS_TOO_LARGE`; ALREADY_EXISTS
    ///   `ADMISSION_ON_PASS`.
    static func add(
        _ performanceKeys: [Int64], to pass: Pass, by order: Order, at place: Place = Place(), in tx: Transaction
    ) throws {
        let product = try pass.productKey.flatMap { try PassProductStore.find(key: $0, in: tx) }
        let present = try AdmissionStore.of(pass.id.number, in: tx)
        guard present.count + performanceKeys.count <= Pass.admissionLimit else { throw AdmissionRefusal.passTooLarge }
        var byPerformance = Dictionary(present.map { ($0.performanceKey, $0) }, uniquingKeysWith: { first, _ in first })
        for key in performanceKeys {
            if let product, try !isEligible(key, for: product, in: tx) {
                throw AdmissionRefusal.performanceNotEligible(try AssetStore.id(of: key, in: tx) ?? "")
            }
            var admission = Admission(
                bearerKey: pass.id.number, performanceKey: key, orderKey: order.id.number, number: nil,
                zone: place.zone, seat: place.seat, gates: place.gates, holderName: pass.holderName, template: "",
                printTime: nil, cancelTime: nil, cancelReason: "", presence: .neverIn, createTime: tx.now,
                updateTime: tx.now)
            if let before = byPerformance[key] {
                guard before.cancelTime != nil else {
                    throw AdmissionRefusal.admissionOnPass(try AssetStore.id(of: key, in: tx) ?? "")
                }
                (admission.presence, admission.createTime) = (before.presence, before.createTime)
                try AdmissionStore.replace(admission, in: tx)
            } else {
                try AdmissionStore.insert(admission, in: tx)
            }
            byPerformance[key] = admission
        }
    }

    /// Whether a performance may be on a pass: it is on one of the bundles or named on its own, or nothing is named.
    private static func isEligible(_ key: Int64, for product: PassProduct, in tx: Transaction) throws -> Bool {
        if product.namesNothing || product.performanceKeys.contains(key) { return true }
        if product.eligiblePerformanceKeys.contains(key) { return true }
        return try PassProductStore.includes(key, inAnyOf: product.eligibleBundleKeys, in: tx)
    }

    /// Ends admissions of a pass; the rest stay.
    ///
    /// - Returns: how many there were to end.
    /// - Throws: NOT_FOUND `ADMISSION_NOT_FOUND` for a performance that is not and was not on the pass.
    static func cancel(
        _ performanceKeys: [Int64], of pass: Pass, reason: String, in tx: Transaction
    ) throws -> Int {
        var (ended, known) = (0, false)
        for key in performanceKeys {
            guard var admission = try AdmissionStore.find(pass.id.number, key, in: tx) else {
                throw AdmissionRefusal.admissionNotFound
            }
            guard admission.cancelTime == nil else { continue }
            if admission.printTime != nil { known = true }
            (admission.cancelTime, admission.cancelReason, admission.updateTime) = (tx.now, reason, tx.now)
            try AdmissionStore.update(admission, in: tx)
            ended += 1
        }
        // Nobody was told of what was not printed.
        if known, pass.state == .printed { try AccessControlFeed.add(.update, pass, in: tx) }
        return ended
    }
}

/// Prints what an order has put on a pass: its first card, or a longer list of doors for the card that it has.
enum PassPrint {
    /// - Returns: the pass, and how many admissions open their doors now.
    static func apply(_ pass: Pass, for order: Order, in tx: Transaction) throws -> (pass: Pass, admissions: Int) {
        var count = 0
        for var admission in try AdmissionStore.of(pass.id.number, in: tx)
        where admission.state == .notPrinted && admission.orderKey == order.id.number {
            (admission.printTime, admission.updateTime) = (tx.now, tx.now)
            try AdmissionStore.update(admission, in: tx)
            count += 1
        }
        var printed = pass
        guard pass.cardNumber == 0 else {
            if count > 0 { try AccessControlFeed.add(.update, pass, in: tx) }
            return (pass, count)
        }
        (printed.cardNumber, printed.printTime, printed.updateTime) = (1, tx.now, tx.now)
        try PassStore.update(printed, in: tx)
        _ = try BarcodeIssue.apply(pass.id.number, isPass: true, state: .printed, in: tx)
        try AccessControlFeed.add(.print, printed, in: tx)
        return (printed, count)
    }
}

/// Makes a pass's card anew: the card before is dead.
enum PassReprint {
    /// - Throws: FAILED_PRECONDITION `PASS_CANCELLED`, `PASS_NOT_PRINTED`.
    static func apply(_ pass: Pass, in tx: Transaction) throws -> Pass {
        guard pass.cancelTime == nil else { throw AdmissionRefusal.passCancelled }
        guard let old = try AdmissionStore.barcode(of: pass.id.number, in: tx) else {
            throw AdmissionRefusal.passNotPrinted
        }
        var printed = pass
        (printed.cardNumber, printed.printTime, printed.updateTime) = (pass.cardNumber + 1, tx.now, tx.now)
        try PassStore.update(printed, in: tx)
        try AdmissionStore.supersede(old, in: tx)
        _ = try BarcodeIssue.apply(pass.id.number, isPass: true, state: .printed, in: tx)
        try AccessControlFeed.add(.reprint, printed, replacing: old.text, in: tx)
        return printed
    }
}

/// Ends a pass with everything that is on it.
enum PassCancellation {
    /// - Returns: nil for one that is cancelled already.
    static func apply(_ pass: Pass, reason: String, in tx: Transaction) throws -> Pass? {
        guard pass.cancelTime == nil else { return nil }
        for var admission in try AdmissionStore.of(pass.id.number, in: tx) where admission.cancelTime == nil {
            (admission.cancelTime, admission.cancelReason, admission.updateTime) = (tx.now, reason, tx.now)
            try AdmissionStore.update(admission, in: tx)
        }
        var cancelled = pass
        (cancelled.cancelTime, cancelled.cancelReason, cancelled.updateTime) = (tx.now, reason, tx.now)
        try PassStore.update(cancelled, in: tx)
        // The record names the barcode that ends.
        if pass.state == .printed { try AccessControlFeed.add(.cancel, cancelled, in: tx) }
        try AdmissionStore.cancelBarcodes(of: pass.id.number, in: tx)
        return cancelled
    }
}
