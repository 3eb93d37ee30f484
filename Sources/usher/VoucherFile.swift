import Foundation
import UsherAPI
import UsherServices

/// The rows of a file, a line each or CSV. It is cut into calls; what its rows say is the server's to judge.
struct VoucherFile {
    /// Each row with its number in the file, as it will be sent: a code, or a row of CSV.
    private var rows: [(number: Int, text: String)] = []
    /// The names of the columns, as a row of CSV; nil for a file of codes.
    private var header: String?

    /// How much is read at a time, in bytes.
    private static let chunk = 64 << 10

    var count: Int { rows.count }

    init(path: String, isCSV: Bool) throws {
        do {
            let handle =
                path == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            if isCSV { try readCSV(handle, path) } else { try readLines(handle) }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure("cannot read \(path): \(error.localizedDescription)")
        }
    }

    private mutating func readLines(_ handle: FileHandle) throws {
        let text = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let code = line.trimmingCharacters(in: .whitespaces)
            if !code.isEmpty { rows.append((index + 1, code)) }
        }
    }

    private mutating func readCSV(_ handle: FileHandle, _ path: String) throws {
        var reader = CSVReader()
        while let bytes = try handle.read(upToCount: Self.chunk), !bytes.isEmpty {
            try reader.feed(Array(bytes)) { try take($0, path) }
        }
        try reader.finish { try take($0, path) }
    }

    private mutating func take(_ result: Result<CSVRow, CSVProblem>, _ path: String) throws {
        switch result {
        case .success(let row):
            if header == nil {
                header = Self.text(row.fields)
            } else {
                rows.append((row.number, Self.text(row.fields)))
            }
        case .failure(let problem):
            // A row that nobody can read has no text to send.
            throw Failure("\(path): \(problem) Nothing was done.")
        }
    }

    private static func text(_ fields: [String]) -> String {
        var writer = CSVWriter()
        writer.write(fields)
        return String(decoding: writer.take(), as: UTF8.self)
    }

    /// Puts some of the rows into a call.
    func put(_ part: Range<Int>, into request: inout Usher_Vouchers_V1_ImportVouchersRequest) {
        if let header {
            request.csv = csv(part, below: header)
        } else {
            request.codes = rows[part].map(\.text)
        }
    }

    /// Some of the rows as a file of their own, with the header; only of CSV.
    func csv(_ part: Range<Int>) -> Data { csv(part, below: header ?? "") }

    private func csv(_ part: Range<Int>, below header: String) -> Data {
        Data((header + rows[part].map(\.text).joined()).utf8)
    }

    /// Where a row stands in the file that an answer counts in its call.
    func place(of row: Int, in part: Range<Int>) -> String {
        // The header is row 1 of each call.
        guard header == nil else { return "row \(rows[part.lowerBound + row - 2].number)" }
        return "line \(rows[part.lowerBound + row - 1].number)"
    }
}
