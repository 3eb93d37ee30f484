import ArgumentParser
import Foundation
import UsherAPI
import UsherClient
import UsherServices

extension VoucherCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create vouchers with codes of your own, one a line or in a CSV file.",
            discussion: """
                A file whose name ends with .csv, or any with --csv, is CSV in UTF-8: its header names the column
                'code', and if wanted 'name' and 'order_id'; other columns are passed over. In any other file each line
                is a code. Blank lines are passed over.

                Rows that cannot be done are reported and the others done, unless --atomic. Atomic imports have at most
                10,000 rows. Exits 1 where any row was refused.

                Examples:
                  usher voucher import codes.txt --asset opening-night
                  usher voucher import codes.csv --asset opening-night --batch spring
                  usher voucher import - --csv --asset opening-night --atomic < codes.csv
                """)

        @Argument(help: ArgumentHelp("The file; '-' is standard input.", valueName: "file"))
        var file: String
        @Flag(help: "The file is CSV, whatever its name.")
        var csv = false
        @Option(help: "The asset that they open; without it they open everything.")
        var asset = ""
        @Option(help: "The batch that they belong to; generated if absent.")
        var batch = ""
        @Flag(help: "All rows or none.")
        var atomic = false
        @Flag(help: "Let each be used without limit.")
        var unlimited = false
        @OptionGroup var options: OrganisationCallOptions

        /// A call's worth of rows: large enough to be fast, small enough to let others in between.
        private static let rowsPerCall = 2_000
        private static let atomicLimit = 10_000

        func run() async throws {
            let vouchers = try VoucherFile(path: file, isCSV: csv || file.lowercased().hasSuffix(".csv"))
            guard !atomic || vouchers.count <= Self.atomicLimit else {
                throw ValidationError("an atomic import has at most 10,000 rows, and there are \(vouchers.count)")
            }
            let refused = try await options.withClient { client in try await send(vouchers, client) }
            if refused > 0 { throw ExitCode(1) }
        }

        /// - Returns: how many rows were refused.
        private func send(_ vouchers: VoucherFile, _ client: UsherClient) async throws -> Int {
            let bar = ProgressBar(total: vouchers.count)
            var (done, created, refused, batchID) = (0, 0, 0, batch)
            while done < vouchers.count {
                let part = done..<min(vouchers.count, done + (atomic ? Self.atomicLimit : Self.rowsPerCall))
                let reply = try await VoucherClient(transport: client).importVouchers(
                    .with {
                        vouchers.put(part, into: &$0)
                        if !asset.isEmpty { $0.template.scope.assetIds = [asset] }
                        $0.batchID = batchID
                        $0.mode = atomic ? .atomic : .perRow
                        $0.unlimited = unlimited
                    })
                if !reply.batchID.isEmpty { batchID = reply.batchID }
                created += Int(reply.createdCount)
                refused += reply.errors.count
                for error in reply.errors {
                    let place = vouchers.place(of: Int(error.row), in: part)
                    StandardError.print("\(place): \(error.reason): \(error.message)")
                }
                done += part.count
                bar.show(done)
            }
            let refusals = refused == 0 ? "" : ", \(refused) refused"
            print(
                options.json
                    ? #"{"created":\#(created),"refused":\#(refused),"batchId":"\#(batchID)"}"#
                    : "created \(created) in batch \(batchID.isEmpty ? "-" : batchID)\(refusals)")
            return refused
        }
    }
}

/// The vouchers of a file, a code a line or CSV. It is cut into calls; what its rows say is the server's to judge.
private struct VoucherFile {
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
            request.csv = Data((header + rows[part].map(\.text).joined()).utf8)
        } else {
            request.codes = rows[part].map(\.text)
        }
    }

    /// Where a row stands in the file that an answer counts in its call.
    func place(of row: Int, in part: Range<Int>) -> String {
        // The header is row 1 of each call.
        guard header == nil else { return "row \(rows[part.lowerBound + row - 2].number)" }
        return "line \(rows[part.lowerBound + row - 1].number)"
    }
}
