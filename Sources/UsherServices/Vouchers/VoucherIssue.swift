import UsherContract
import UsherStorage

/// The verb by which vouchers come into the world: one, or many that have everything but their codes in common.
struct VoucherIssue {
    private var voucher: Voucher
    private let items: VoucherScopeItems
    private let terms: [String]
    /// What is stored of each.
    private let columns: SharedArguments

    /// Codes that are drawn in a row and all taken, before the space counts as exhausted: by then more than nineteen
    /// twentieths of it are used, but for a chance of two in a million.
    private static let drawLimit = 256

    /// - Parameters:
    ///   - voucher: what they have in common; its id and code are replaced.
    ///   - items: what its scope names.
    init(_ voucher: Voucher, _ items: VoucherScopeItems = .nothing) {
        self.voucher = voucher
        self.items = items
        terms = voucher.terms.sorted()
        columns = VoucherStore.sharedColumns(of: voucher)
    }

    /// One more voucher with this code; nil where the code is taken.
    mutating func insert(_ code: VoucherCode, in tx: Transaction) throws -> Voucher? {
        voucher.id = tx.newID(Voucher.prefix)
        voucher.code = code
        let isNew = try VoucherStore.insert(voucher.id, code, columns, terms: terms, items: items, in: tx)
        return isNew ? voucher : nil
    }

    /// One more voucher with the first code drawn that is free.
    ///
    /// - Throws: RESOURCE_EXHAUSTED `CODE_SPACE_EXHAUSTED`.
    mutating func insert(drawingFrom generator: inout CodeGenerator, in tx: Transaction) throws -> Voucher {
        for _ in 0..<Self.drawLimit {
            guard let code = VoucherCode(generator.next()) else { preconditionFailure("a profile makes no codes") }
            if let made = try insert(code, in: tx) { return made }
        }
        throw VoucherRefusal.codeSpaceExhausted
    }

    /// So many more vouchers, in the order of their codes: in the index of codes each stands near the one before it,
    /// and what is written near what was just written costs less.
    ///
    /// - Throws: RESOURCE_EXHAUSTED `CODE_SPACE_EXHAUSTED`.
    mutating func insert(
        _ count: Int, drawingFrom generator: inout CodeGenerator, in tx: Transaction, made: (Voucher) -> Void
    ) throws {
        let codes = (0..<count).compactMap { _ in VoucherCode(generator.next()) }.sorted { $0.folded < $1.folded }
        for code in codes { made(try insert(code, in: tx) ?? insert(drawingFrom: &generator, in: tx)) }
    }

    /// Makes a voucher for a limited subscription to a package, to be redeemed once, and records it.
    static func apply(
        packageKey: Int64, days: Int, name: String, provisionService: String, in tx: Transaction
    ) throws -> Voucher {
        let terms = VoucherTerms(
            name: name, redeemOn: .redeem, period: .organisation, usageLimit: 1, orderID: "", custom: [:],
            provisionService: provisionService)
        var voucher = Voucher(terms, id: tx.newID(Voucher.prefix), now: tx.now)
        voucher.effect = .subscription
        voucher.offer = Voucher.Offer(days: days, packageKey: packageKey)
        var generator = CodeGenerator(try SettingsStore.read(in: tx).codeProfile, random: tx.randomBytes)
        var issue = VoucherIssue(voucher)
        let made = try issue.insert(drawingFrom: &generator, in: tx)
        try tx.record("voucher.created", made.id.description, after: ["name": name, "order_id": ""])
        return made
    }
}
