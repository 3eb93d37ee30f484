import UsherAPI
import UsherContract
import UsherStorage

extension VoucherService {
    func importVouchers(
        _ request: Usher_Vouchers_V1_ImportVouchersRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_ImportVouchersResponse {
        var violations = Violations()
        var voucher = importTemplate(request, tx, &violations)
        violations.require(
            Voucher.generateCounts.contains(request.codes.count), "codes", "must have 1 to 10,000 entries")
        violations.require(
            voucher.custom.byteCount * request.codes.count <= Voucher.customBytesPerCall, "template.custom",
            "must have less in it for so many vouchers: at most 32 MiB in all")
        violations.requireCallerID(request.batchID, "batch_id")
        if case .UNRECOGNIZED = request.mode { violations.require(false, "mode", "must be ATOMIC or PER_ROW") }
        try violations.refuse()
        let items = try resolve(request.template, &voucher, in: tx)
        let rows = try judge(request.codes, in: tx)
        var response = Usher_Vouchers_V1_ImportVouchersResponse()
        response.createdCount = Int32(rows.count { $0.code != nil })
        response.errors = rows.compactMap(\.error)
        if request.mode != .perRow, let first = response.errors.first, !request.validateOnly {
            throw first.refusal(
                first.reason == "CODE_TAKEN" ? .alreadyExists : .invalidArgument, "Nothing was created.")
        }
        guard !request.validateOnly, response.createdCount > 0 else { return response }
        response.batchID = try addToBatch(request.batchID, Int(response.createdCount), &voucher, in: tx)
        var issue = VoucherIssue(voucher, items)
        for code in rows.compactMap(\.code) {
            guard try issue.insert(code, in: tx) != nil else { throw VoucherRefusal.codeTaken(code.text) }
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
        var code: VoucherCode?
        var error: Usher_Vouchers_V1_RowError?
    }

    private func judge(_ codes: [String], in tx: Transaction) throws -> [Row] {
        var seen: Set<String> = []
        return try codes.enumerated().map { index, text in
            func refused(_ reason: String, _ message: String) -> Row {
                Row(error: .with { ($0.row, $0.reason, $0.message) = (Int32(index + 1), reason, message) })
            }
            var violations = Violations()
            let code = VoucherCode(text)
            violations.requireText(code?.text ?? "", "code", VoucherCode.lengths)
            guard let code, violations.isEmpty else {
                return refused("CODE_INVALID", "A code has 1 to 200 characters, without control characters.")
            }
            guard seen.insert(code.folded).inserted else {
                return refused("CODE_REPEATED", "The code stands in an earlier row.")
            }
            guard try !VoucherStore.isTaken(code, in: tx) else {
                return refused("CODE_TAKEN", "There is a voucher with this code already.")
            }
            return Row(code: code)
        }
    }
}
