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
                """.prose)

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
