import ArgumentParser
import Foundation
import UsherAPI
import UsherClient

extension VoucherCommand {
    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set another end, later or earlier, for what a voucher gave.",
            discussion: "Example:\n  usher voucher reset WELCOME --until 2026-12-31T23:59:59Z")

        @Argument(help: "Its code, or its id.")
        var voucher: String
        @Option(name: .customLong("until"), help: "Until when, as 2026-12-31T23:59:59Z.")
        var end: TimeArgument
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let found = try await voucher.findVoucher(client)
                let changed = try await VoucherClient(transport: client).resetVoucherExpiry(
                    .with { ($0.voucherID, $0.expireTime) = (found.voucherID, end.timestamp) })
                if options.json { return print(try Readable.json(changed)) }
                print("\(changed.voucherID) expires \(Readable.time(changed.expireTime, changed.hasExpireTime))")
            }
        }
    }

    struct Batch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what has become of a batch, or end it.",
            discussion: """
                Examples:
                  usher voucher batch bat_0s9xtvqm8eqx5
                  usher voucher batch press-2026 --expire --dry-run
                """)

        @Argument(help: "The batch's id.")
        var batch: String
        @Flag(help: "Set the end of every voucher in it to now, and end the accesses that they gave.")
        var expire = false
        @Flag(help: "With --expire: say what would be done, and do nothing.")
        var dryRun = false
        @OptionGroup var options: OrganisationCallOptions

        func validate() throws {
            guard expire || !dryRun else { throw ValidationError("--dry-run belongs to --expire") }
        }

        func run() async throws {
            try await options.withClient { client in
                let vouchers = VoucherClient(transport: client)
                guard expire else {
                    let found = try await vouchers.getVoucherBatch(.with { $0.batchID = batch })
                    return options.json ? print(try Readable.json(found)) : found.show()
                }
                let ended = try await vouchers.expireVoucherBatch(
                    .with { ($0.batchID, $0.validateOnly) = (batch, dryRun) })
                if options.json { return print(try Readable.json(ended)) }
                let verb = dryRun ? "would expire" : "expired"
                print("\(verb) \(ended.expiredCount) vouchers, \(ended.endedAccessCount) accesses with them")
            }
        }
    }

    struct Emails: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show, add or remove the e-mail addresses that may use a voucher.",
            discussion: """
                Examples:
                  usher voucher emails SUMMER
                  usher voucher emails SUMMER --add derby@mail.com --add anna@mail.com
                  usher voucher emails SUMMER --add-file viewers.csv
                """)

        @Argument(help: "Its code, or its id.")
        var voucher: String
        @Option(help: "An address to add.")
        var add: [String] = []
        @Option(help: "A CSV file with a column 'email' to add; '-' is standard input.")
        var addFile: String?
        @Option(help: "An address to remove.")
        var remove: [String] = []
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            let file = try addFile.map { try VoucherFile(path: $0, isCSV: true) }
            try await options.withClient { client in
                let vouchers = VoucherClient(transport: client)
                let id = try await voucher.findVoucher(client).voucherID
                if !add.isEmpty {
                    let reply = try await vouchers.addVoucherEmails(.with { ($0.voucherID, $0.emails) = (id, add) })
                    print("added \(reply.addedCount), now \(reply.emailCount)")
                }
                if let file, try await !addAll(file, to: id, vouchers) { throw ExitCode(1) }
                if !remove.isEmpty {
                    let reply = try await vouchers.removeVoucherEmails(
                        .with { ($0.voucherID, $0.emails) = (id, remove) })
                    print("removed \(reply.removedCount), now \(reply.emailCount)")
                }
                if add.isEmpty, remove.isEmpty, file == nil { try await list(id, vouchers) }
            }
        }

        /// A call's worth of rows: large enough to be fast, small enough to let others in between.
        private static let rowsPerCall = 2_000

        /// - Returns: whether every row was an address.
        private func addAll(_ file: VoucherFile, to id: String, _ vouchers: VoucherClient) async throws -> Bool {
            var (done, added, now, areGood) = (0, 0, 0, true)
            // A file without rows is sent as well: its header may be wrong.
            repeat {
                let part = done..<min(file.count, done + Self.rowsPerCall)
                let reply = try await vouchers.addVoucherEmails(
                    .with { ($0.voucherID, $0.csv, $0.mode) = (id, file.csv(part), .perRow) })
                for error in reply.errors {
                    let place = file.place(of: Int(error.row), in: part)
                    StandardError.print("\(place): \(error.reason): \(error.message)")
                    areGood = false
                }
                (added, now) = (added + Int(reply.addedCount), Int(reply.emailCount))
                done = part.upperBound
            } while done < file.count
            print("added \(added), now \(now)")
            return areGood
        }

        private func list(_ id: String, _ vouchers: VoucherClient) async throws {
            var token = ""
            repeat {
                let page = try await vouchers.listVoucherEmails(
                    .with { ($0.voucherID, $0.pageSize, $0.pageToken) = (id, 1_000, token) })
                for email in page.emails { print(email.email) }
                token = page.nextPageToken
            } while !token.isEmpty
        }
    }

    struct Sessions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show when, where and how much was viewed with a voucher.",
            discussion: "Example:\n  usher voucher sessions WELCOME")

        @Argument(help: "Its code, or its id.")
        var voucher: String
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let id = try await voucher.findVoucher(client).voucherID
                var table = Table("STARTED", "ASSET", "VIEWER", "IP", "COUNTRY", "VIEWED")
                var token = ""
                repeat {
                    let page = try await VoucherClient(transport: client).listVoucherSessions(
                        .with { ($0.voucherID, $0.pageSize, $0.pageToken) = (id, 1_000, token) })
                    for session in page.sessions {
                        if options.json { print(try Readable.json(session)) }
                        table.add(
                            Readable.time(session.startTime, true), session.assetID, session.viewerID.orDash,
                            session.ip.orDash, session.country.orDash, "\(session.viewedSeconds) s")
                    }
                    token = page.nextPageToken
                } while !token.isEmpty
                if !options.json { table.print() }
            }
        }
    }
}

extension Usher_Vouchers_V1_VoucherBatch {
    fileprivate func show() {
        var table = Table("FIELD", "VALUE")
        table.add("batch", batchID)
        table.add("created", Readable.time(createTime, hasCreateTime))
        table.add("vouchers", String(voucherCount))
        for (name, count) in [
            ("active", activeCount), ("scheduled", scheduledCount), ("used", usedCount), ("expired", expiredCount),
            ("deactivated", deactivatedCount), ("deleted", deletedCount), ("redeemed", redeemedCount),
        ] {
            table.add(name, String(count))
        }
        table.add("redemptions", String(redemptionCount))
        table.print()
    }
}
