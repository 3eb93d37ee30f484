import ArgumentParser
import Foundation
import UsherAPI
import UsherClient

extension VoucherCommand {
    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set another end, later or earlier, for what a voucher gave.",
            discussion:
                "Examples:\n  usher voucher reset WELCOME --until 2026-12-31\n  usher voucher reset WELCOME --until 2d")

        @Argument(help: "Its code, or its id.")
        var voucher: String
        @Option(
            name: .customLong("until"),
            help: "Until when: 2026-12-31 (the end of that day), tomorrow, 2d, 2026-12-31T20:00:00+01:00.")
        var end: WhenArgument
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let found = try await voucher.findVoucher(client)
                let until = try await end.timestamp(.end, client)
                let changed = try await VoucherClient(transport: client).resetVoucherExpiry(
                    .with { ($0.voucherID, $0.expireTime) = (found.voucherID, until) })
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
                  usher voucher batch press-2026 --expire
                  usher voucher batch press-2026 --expire --yes
                """.prose)

        @Argument(help: "The batch's id.")
        var batch: String
        @Flag(help: "Set the end of every voucher in it to now, and end the accesses that they gave.")
        var expire = false
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: OrganisationCallOptions

        func validate() throws {
            guard expire || !confirmation.yes else { throw ValidationError("--yes belongs to --expire") }
        }

        func run() async throws {
            try await options.withClient { client in
                let vouchers = VoucherClient(transport: client)
                guard expire else {
                    let found = try await vouchers.getVoucherBatch(.with { $0.batchID = batch })
                    return options.json ? print(try Readable.json(found)) : found.show()
                }
                let ended = try await vouchers.expireVoucherBatch(
                    .with { ($0.batchID, $0.validateOnly) = (batch, !confirmation.yes) })
                if options.json { return print(try Readable.json(ended)) }
                let (verb, hint) = confirmation.yes ? ("expired", "") : ("would expire", ": --yes does it")
                print("\(verb) \(ended.expiredCount) vouchers, \(ended.endedAccessCount) accesses with them\(hint)")
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
                """.prose)

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
            var (token, isEmpty) = ("", true)
            repeat {
                let page = try await vouchers.listVoucherEmails(
                    .with { ($0.voucherID, $0.pageSize, $0.pageToken) = (id, 1_000, token) })
                for email in page.emails { print(options.json ? try Readable.json(email) : email.email) }
                (token, isEmpty) = (page.nextPageToken, isEmpty && page.emails.isEmpty)
            } while !token.isEmpty
            if isEmpty { StandardError.print("no addresses: everybody may use it") }
        }
    }

    struct Sessions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show when, where and how much was viewed with a voucher.",
            discussion: "Example:\n  usher voucher sessions WELCOME")

        @Argument(help: "Its code, or its id.")
        var voucher: String
        @OptionGroup var list: ListOptions
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let id = try await voucher.findVoucher(client).voucherID
                try await Listing<Usher_Access_V1_PlaybackSession>(
                    noun: "sessions", header: ["STARTED", "ASSET", "VIEWER", "IP", "COUNTRY", "VIEWED"], list: list,
                    json: options.json
                ).print { size, token in
                    let page = try await VoucherClient(transport: client).listVoucherSessions(
                        .with { ($0.voucherID, $0.pageSize, $0.pageToken) = (id, size, token) })
                    return (page.sessions, page.nextPageToken)
                } cells: { session in
                    [
                        Readable.time(session.startTime, true), session.assetID, session.viewerID.orDash,
                        session.ip.orDash, session.country.orDash, "\(session.viewedSeconds) s",
                    ]
                }
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
