import UsherAPI
import UsherContract

/// The rows of an import: codes as they are listed, or those of a CSV file.
struct VoucherImportRows {
    struct Row {
        /// As the caller counts: the codes from 1, a file's rows with its header.
        var number: Int
        var code = ""
        /// Instead of the template's; empty for that.
        var name = ""
        var orderID = ""
        /// Why the row cannot be read; nil where it can.
        var problem: CSVProblem?

        /// Whether it is just as the template says.
        var isPlain: Bool { name.isEmpty && orderID.isEmpty }

        /// The template with what the row says of itself.
        func filled(_ template: Voucher) -> Voucher {
            var voucher = template
            if !name.isEmpty { voucher.name = name }
            if !orderID.isEmpty { voucher.orderID = orderID }
            return voucher
        }
    }

    private enum Column: String, CSVColumn {
        case code, name
        case orderID = "order_id"

        static let required: Set<Self> = [.code]
    }

    /// No more than one beyond what a call may have.
    private(set) var rows: [Row] = []

    var count: Int { rows.count }

    /// - Throws: INVALID_ARGUMENT `CSV_…` for a header that cannot be taken.
    init(_ request: Usher_Vouchers_V1_ImportVouchersRequest, _ violations: inout Violations) throws {
        let (counts, isFile) = (Voucher.generateCounts, !request.csv.isEmpty)
        violations.require(
            isFile ? request.codes.isEmpty : counts.contains(request.codes.count), "codes",
            "must have 1 to 10,000 entries, or none where csv is given")
        guard isFile else {
            rows = request.codes.enumerated().map { Row(number: $0.offset + 1, code: $0.element) }
            return
        }
        var reader = CSVTableReader<Column>(unknownColumns: .ignored)
        do {
            try reader.feed(Array(request.csv)) { take($0) }
            try reader.finish { take($0) }
        } catch let problem as CSVProblem {
            throw problem.refusal("csv")
        }
        violations.require(counts.contains(rows.count), "csv", "must have 1 to 10,000 rows below its header")
    }

    private mutating func take(_ result: Result<CSVRecord<Column>, CSVProblem>) {
        // One row more than a call may have is kept, and tells that there are too many.
        guard rows.count <= Voucher.generateCounts.upperBound else { return }
        switch result {
        case .success(let record):
            rows.append(
                Row(number: record.row, code: record[.code], name: record[.name], orderID: record[.orderID]))
        case .failure(let problem): rows.append(Row(number: problem.row, problem: problem))
        }
    }
}
