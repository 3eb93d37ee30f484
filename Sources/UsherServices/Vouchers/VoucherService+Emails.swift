import UsherAPI
import UsherContract
import UsherStorage

extension VoucherService {
    func addVoucherEmails(
        _ request: Usher_Vouchers_V1_AddVoucherEmailsRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_AddVoucherEmailsResponse {
        var violations = Violations()
        violations.require(
            request.csv.isEmpty
                ? VoucherEmail.counts.contains(request.emails.count) : request.emails.isEmpty, "emails",
            "must have 1 to 10,000 entries, or none where csv is given")
        if case .UNRECOGNIZED = request.mode { violations.require(false, "mode", "must be ATOMIC or PER_ROW") }
        try violations.refuse()
        let voucher = try living(request.voucherID, in: tx)
        var response = Usher_Vouchers_V1_AddVoucherEmailsResponse()
        var new: [EmailAddress] = []
        var seen: Set<EmailAddress> = []
        try eachRow(of: request) { row in
            let email: EmailAddress
            switch row {
            case .failure(let error):
                response.errors.append(error)
                return
            case .success(let found): email = found
            }
            guard seen.insert(email).inserted, try !VoucherEmailStore.contains(email, of: voucher.id, in: tx) else {
                return
            }
            new.append(email)
            guard voucher.emailCount + new.count <= VoucherEmail.limit else {
                throw VoucherRefusal.emailLimitReached
            }
        }
        if request.mode != .perRow, !request.validateOnly, let first = response.errors.first {
            throw first.refusal(.invalidArgument, "Nothing was added.")
        }
        (response.addedCount, response.emailCount) = (Int32(new.count), Int32(voucher.emailCount + new.count))
        guard !request.validateOnly, !new.isEmpty else { return response }
        for email in new { _ = try VoucherEmailStore.insert(email, of: voucher.id, in: tx) }
        try change(voucher, by: new.count, "voucher.emails_added", in: tx)
        return response
    }

    func removeVoucherEmails(
        _ request: Usher_Vouchers_V1_RemoveVoucherEmailsRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_RemoveVoucherEmailsResponse {
        var violations = Violations()
        violations.require(
            request.all ? request.emails.isEmpty : VoucherEmail.counts.contains(request.emails.count), "emails",
            "must have 1 to 10,000 entries, or none where all is set")
        try violations.refuse()
        let voucher = try living(request.voucherID, in: tx)
        var removed = 0
        if request.all {
            removed = voucher.emailCount
            try VoucherEmailStore.deleteAll(of: voucher.id, in: tx)
        } else {
            for text in request.emails where try remove(text, of: voucher.id, in: tx) { removed += 1 }
        }
        if removed > 0 { try change(voucher, by: -removed, "voucher.emails_removed", in: tx) }
        return .with {
            ($0.removedCount, $0.emailCount) = (Int32(removed), Int32(voucher.emailCount - removed))
        }
    }

    func listVoucherEmails(
        _ request: Usher_Vouchers_V1_ListVoucherEmailsRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_ListVoucherEmailsResponse {
        let page = try Page(of: request, in: tx)
        let voucher = try existing(request.voucherID, in: tx)
        let found = try VoucherEmailStore.list(of: voucher.id, after: page.after ?? "", limit: page.size + 1, in: tx)
        let (items, token) = try page.cut(found, key: { $0 }) { email in
            Usher_Vouchers_V1_VoucherEmail.with { $0.email = email }
        }
        return .with { ($0.emails, $0.nextPageToken) = (items, token) }
    }

    /// - Parameter text: an address, or what stands in the place of a deleted viewer's.
    private func remove(_ text: String, of voucherID: ResourceID, in tx: Transaction) throws -> Bool {
        if let email = VoucherEmail.address(text) {
            return try VoucherEmailStore.delete(email, of: voucherID, in: tx)
        }
        guard let viewer = ResourceID(text, prefix: Viewer.prefix) else { return false }
        return try VoucherEmailStore.delete(viewer, of: voucherID, in: tx)
    }

    private typealias RowError = Usher_Vouchers_V1_RowError

    /// The addresses that a request names, or why a row is none.
    private func eachRow(
        of request: Usher_Vouchers_V1_AddVoucherEmailsRequest,
        _ take: (Result<EmailAddress, RowError>) throws -> Void
    ) throws {
        func judge(_ text: String, row: Int) throws {
            if let address = VoucherEmail.address(text) {
                try take(.success(address))
            } else {
                try take(.failure(.emailInvalid(row: row)))
            }
        }
        guard !request.csv.isEmpty else {
            for (index, text) in request.emails.enumerated() { try judge(text, row: index + 1) }
            return
        }
        var count = 0
        func read(_ row: Result<CSVRecord<VoucherEmail.Column>, CSVProblem>) throws {
            count += 1
            // Millions of rows fit in a request, and other calls wait for this one.
            var violations = Violations()
            violations.require(
                count <= VoucherEmail.counts.upperBound, "csv", "must have at most 10,000 rows below its header")
            try violations.refuse()
            switch row {
            case .success(let record): try judge(record[.email], row: record.row)
            case .failure(let problem):
                let error = RowError.with {
                    ($0.row, $0.reason, $0.message) = (Int32(problem.row), problem.reason, problem.message)
                }
                try take(.failure(error))
            }
        }
        var reader = CSVTableReader<VoucherEmail.Column>(unknownColumns: .ignored)
        do {
            try reader.feed(Array(request.csv), read)
            try reader.finish(read)
        } catch let problem as CSVProblem {
            throw problem.refusal("csv")
        }
    }

    private func change(_ voucher: Voucher, by difference: Int, _ event: String, in tx: Transaction) throws {
        let count = voucher.emailCount + difference
        try VoucherStore.setEmailCount(of: voucher.id, to: count, in: tx)
        try tx.record(
            event, voucher.id.description, before: ["email_count": voucher.emailCount], after: ["email_count": count])
    }
}

extension Usher_Vouchers_V1_RowError: Error {}

extension Usher_Vouchers_V1_RowError {
    fileprivate static func emailInvalid(row: Int) -> Self {
        .with {
            ($0.row, $0.reason) = (Int32(row), "EMAIL_INVALID")
            $0.message = "That is no e-mail address of at most 254 characters."
        }
    }

    /// What a call that does all rows or none is refused with.
    func refusal(_ code: StatusCode, _ consequence: String) -> Refusal {
        Refusal(code, reason, "Row \(row): \(message) \(consequence)", metadata: ["row": String(row)])
    }
}
