import UsherAPI
import UsherContract
import UsherStorage

extension VoucherService {
    func importVouchers(
        _ request: Usher_Vouchers_V1_ImportVouchersRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_ImportVouchersResponse {
        var violations = Violations()
        var voucher = importTemplate(request, tx, &violations)
        let file = try VoucherImportRows(request, &violations)
        violations.require(
            voucher.custom.byteCount * file.count <= Voucher.customBytesPerCall, "template.custom",
            "must have less in it for so many vouchers: at most 32 MiB in all")
        violations.requireCallerID(request.batchID, "batch_id")
        if case .UNRECOGNIZED = request.mode { violations.require(false, "mode", "must be ATOMIC or PER_ROW") }
        try violations.refuse()
        let items = try resolve(request.template, &voucher, in: tx)
        let rows = try judge(file, in: tx)
        var response = Usher_Vouchers_V1_ImportVouchersResponse()
        response.createdCount = Int32(rows.count { $0.code != nil })
        response.errors = rows.compactMap(\.error)
        if request.mode != .perRow, let first = response.errors.first, !request.validateOnly {
            throw first.refusal(
                first.reason == "CODE_TAKEN" ? .alreadyExists : .invalidArgument, "Nothing was created.")
        }
        guard !request.validateOnly, response.createdCount > 0 else { return response }
        response.batchID = try addToBatch(request.batchID, Int(response.createdCount), &voucher, in: tx)
        var shared = VoucherIssue(voucher, items)
        for row in rows {
            guard let code = row.code else { continue }
            let made: Voucher?
            if row.given.isPlain {
                made = try shared.insert(code, in: tx)
            } else {
                var own = VoucherIssue(row.given.filled(voucher), items)
                made = try own.insert(code, in: tx)
            }
            guard made != nil else { throw VoucherRefusal.codeTaken(code.text) }
        }
        try tx.record("vouchers.imported", response.batchID, after: ["count": Int(response.createdCount)])
        return response
    }

    private func importTemplate(
        _ request: Usher_Vouchers_V1_ImportVouchersRequest, _ tx: Transaction, _ violations: inout Violations
    ) -> Voucher {
        let template = request.template
        violations.require(template.code.isEmpty, "template.code", "must be absent: the codes are listed")
        violations.require(
            !(request.unlimited && template.hasUsageLimit), "template.usage_limit",
            "must be absent where unlimited is set")
        var voucher = newVoucher(template, redeemOn: .firstPlay, field: "template", tx, &violations)
        if !request.unlimited, !template.hasUsageLimit { voucher.usageLimit = 1 }
        return voucher
    }

    /// One row of an import: a code that is free, or why not.
    private struct Row {
        var given: VoucherImportRows.Row
        var code: VoucherCode?
        var error: Usher_Vouchers_V1_RowError?
    }

    private func judge(_ file: VoucherImportRows, in tx: Transaction) throws -> [Row] {
        var seen: Set<String> = []
        return try file.rows.map { given in
            func refused(_ reason: String, _ message: String) -> Row {
                Row(
                    given: given,
                    error: .with { ($0.row, $0.reason, $0.message) = (Int32(given.number), reason, message) })
            }
            if let problem = given.problem { return refused(problem.reason, problem.message) }
            func isText(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
                var violations = Violations()
                violations.requireText(text, "", lengths)
                return violations.isEmpty
            }
            guard let code = VoucherCode(given.code), isText(code.text, VoucherCode.lengths) else {
                return refused("CODE_INVALID", "A code has 1 to 200 characters, without control characters.")
            }
            guard isText(given.name, Voucher.nameLengths) else {
                return refused("NAME_INVALID", "A name has at most 200 characters, without control characters.")
            }
            guard isText(given.orderID, Voucher.orderIDLengths) else {
                return refused(
                    "ORDER_ID_INVALID", "An order id has at most 200 characters, without control characters.")
            }
            guard seen.insert(code.folded).inserted else {
                return refused("CODE_REPEATED", "The code stands in an earlier row.")
            }
            guard try !VoucherStore.isTaken(code, in: tx) else {
                return refused("CODE_TAKEN", "There is a voucher with this code already.")
            }
            return Row(given: given, code: code)
        }
    }
}
