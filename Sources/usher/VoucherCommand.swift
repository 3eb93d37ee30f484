import ArgumentParser
import Foundation
import UsherAPI
import UsherClient
import UsherContract

typealias VoucherClient = Usher_Vouchers_V1_VoucherServiceClient

struct VoucherCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "voucher", abstract: "Vouchers: codes that open something.",
        subcommands: [
            Generate.self, Import.self, List.self, Show.self, Redeem.self, Expire.self, Reset.self,
            Batch.self, Emails.self, Sessions.self,
        ])

    struct Generate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Generate vouchers for an asset, and print their codes.",
            discussion: """
                Codes have nine digits, or what the organisation's settings say. More than 10,000 are made in several
                calls, in one batch.

                Examples:
                  usher voucher generate --asset opening-night --count 500 > codes.txt
                  usher voucher generate --asset opening-night --count 5 --usage-limit 3 --order TIX-88412
                """.prose)

        @Option(help: "The asset that they open.")
        var asset: String
        @Option(help: "How many.")
        var count: Int
        @Option(help: "The batch that they belong to; generated if absent.")
        var batch = ""
        @Option(help: "The order that they belong to.")
        var order = ""
        @Option(help: "How often each can be used; default once.")
        var usageLimit: Int32?
        @Flag(help: "Let each be used without limit.")
        var unlimited = false
        @OptionGroup var options: OrganisationCallOptions

        func validate() throws {
            guard count > 0 else { throw ValidationError("--count must be at least 1") }
        }

        func run() async throws {
            try await options.withClient { client in
                let bar = ProgressBar(total: count)
                var (done, batchID) = (0, batch)
                while done < count {
                    let reply = try await VoucherClient(transport: client).generateVouchers(
                        .with {
                            $0.assetID = asset
                            $0.count = Int32(min(10_000, count - done))
                            $0.batchID = batchID
                            $0.orderID = order
                            if let usageLimit { $0.usageLimit = usageLimit }
                            $0.unlimited = unlimited
                        })
                    batchID = reply.batchID
                    for voucher in reply.vouchers { print(options.json ? try Readable.json(voucher) : voucher.code) }
                    done += reply.vouchers.count
                    bar.show(done)
                }
                StandardError.print("batch \(batchID)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List vouchers, oldest first.",
            discussion: """
                Examples:
                  usher voucher list --batch bat_0s9xtvqm8eqx5 --limit 20
                  usher voucher list --asset opening-night --search anna@example.org
                """.prose)

        @Option(help: "Only of this batch.")
        var batch = ""
        @Option(help: "Only for this asset.")
        var asset = ""
        @Option(help: "Find by a whole code, order or custom value, instead of --batch and --asset.")
        var search = ""
        @OptionGroup var list: ListOptions
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                try await Listing<Usher_Vouchers_V1_Voucher>(
                    noun: "vouchers", header: Usher_Vouchers_V1_Voucher.header, list: list, json: options.json
                ).print {
                    // Only a batch knows how many it has.
                    guard !batch.isEmpty, search.isEmpty, asset.isEmpty else { return nil }
                    let found = try await VoucherClient(transport: client).getVoucherBatch(.with { $0.batchID = batch })
                    return Int(found.voucherCount)
                } page: { size, token in
                    try await page(size, token, client)
                } cells: {
                    $0.cells
                }
            }
        }

        private func page(
            _ size: Int32, _ token: String, _ client: UsherClient
        ) async throws -> (items: [Usher_Vouchers_V1_Voucher], token: String) {
            let vouchers = VoucherClient(transport: client)
            guard search.isEmpty else {
                let page = try await vouchers.searchVouchers(
                    .with { ($0.query, $0.pageSize, $0.pageToken) = (search, size, token) })
                return (page.vouchers, page.nextPageToken)
            }
            let page = try await vouchers.listVouchers(
                .with {
                    ($0.batchID, $0.assetID, $0.pageSize, $0.pageToken) = (batch, asset, size, token)
                })
            return (page.vouchers, page.nextPageToken)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a voucher and its redemptions.",
            discussion: "Examples:\n  usher voucher show WELCOME\n  usher voucher show vch_0s9xtvqwwh7qg --json")

        @Argument(help: "Its code, or its id.")
        var voucher: String
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let found = try await voucher.findVoucher(client)
                let redemptions = try await VoucherClient(transport: client).listRedemptions(
                    .with { ($0.voucherID, $0.pageSize) = (found.voucherID, 1_000) })
                guard !options.json else {
                    print(try Readable.json(found))
                    for redemption in redemptions.redemptions { print(try Readable.json(redemption)) }
                    return
                }
                found.show()
                var table = Table("REDEEMED", "VIEWER", "ASSET", "ACCESS", "ROLLED BACK")
                for redemption in redemptions.redemptions {
                    table.add(
                        Readable.time(redemption.redeemTime, true), redemption.viewerID.orDash,
                        redemption.assetID.isEmpty ? "everything" : redemption.assetID, redemption.accessID,
                        Readable.time(redemption.rollBackTime, redemption.hasRollBackTime))
                }
                table.print()
                if redemptions.redemptions.isEmpty { StandardError.print("no redemptions") }
            }
        }
    }

    struct Redeem: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Use a voucher.",
            discussion: "Example:\n  usher voucher redeem WELCOME --viewer anna")

        @Argument(help: "Its code.")
        var code: String
        @Option(help: "Who uses it; a first-play voucher can be used without.")
        var viewer = ""
        @Option(help: "For which asset, where the voucher is for several.")
        var asset = ""
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let reply = try await VoucherClient(transport: client).redeemVoucher(
                    .with { ($0.code, $0.viewerID, $0.assetID) = (code, viewer, asset) })
                if options.json { return print(try Readable.json(reply)) }
                let what = reply.access.assetID.isEmpty ? "everything" : reply.access.assetID
                let until = Readable.time(reply.access.expireTime, reply.access.hasExpireTime)
                print("redeemed: access \(reply.access.accessID) to \(what) until \(until)")
            }
        }
    }

    struct Expire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a voucher's end to now, and end the accesses that it gave.",
            discussion: "Example:\n  usher voucher expire WELCOME --yes")

        @Argument(help: "Its code, or its id.")
        var voucher: String
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let found = try await voucher.findVoucher(client)
                let plan = "expire \(found.code), which is \(found.stateName) and used \(found.uses)"
                guard confirmation.isGiven(for: plan) else { return }
                let expired = try await VoucherClient(transport: client).expireVoucher(
                    .with { $0.voucherID = found.voucherID })
                print(options.json ? try Readable.json(expired) : "expired \(expired.voucherID)")
            }
        }
    }
}

extension String {
    /// The voucher that this code or id names.
    func findVoucher(_ client: UsherClient) async throws -> Usher_Vouchers_V1_Voucher {
        let vouchers = VoucherClient(transport: client)
        do {
            return try await vouchers.getVoucher(.with { $0.voucherID = self })
        } catch let refusal as Refusal where refusal.reason == "VOUCHER_NOT_FOUND" {
            // An id is no guessed code: it is not looked up as one, and not held up like one.
            if wholeMatch(of: /vch_[0-9a-z]{13}/) != nil { throw refusal }
            let found = try await vouchers.lookupVoucher(.with { $0.code = self })
            return try await vouchers.getVoucher(.with { $0.voucherID = found.voucherID })
        }
    }
}

extension Usher_Vouchers_V1_Voucher {
    fileprivate static let header = [
        "ID", "CODE", "STATE", "USED", "ORDER", "CREATED", "REDEEM UNTIL", "OPENS UNTIL",
    ]

    fileprivate var uses: String { "\(usedCount) of \(hasUsageLimit ? String(usageLimit) : "unlimited")" }
    fileprivate var stateName: String { "\(state)" }
    /// Until when it can be redeemed.
    private var redeemEnd: String { hasRedeemUntil ? Readable.time(redeemUntil, true) : "no end" }

    fileprivate var cells: [String] {
        [
            voucherID, code, stateName, uses, orderID.orDash, Readable.time(createTime, hasCreateTime), redeemEnd,
            Readable.time(expireTime, hasExpireTime),
        ]
    }

    /// What it may be used for, by the names of these.
    fileprivate var items: [String] {
        scope.assetIds + scope.packageIds + scope.priceOptionIds + (packageCode.isEmpty ? [] : [packageCode])
    }

    fileprivate func show() {
        var table = Table("FIELD", "VALUE")
        table.add("id", voucherID)
        table.add("code", code)
        table.add("name", name.orDash)
        table.add("state", stateName)
        table.add("used", uses)
        table.add("for", items.isEmpty ? "everything" : items.joined(separator: ", "))
        if effect == .discount { table.add("discount", "\(discountPercent) %") }
        if effect == .subscription { table.add("days of access", String(daysOfAccess)) }
        if emailCount > 0 { table.add("e-mails", String(emailCount)) }
        if heldCount > 0 { table.add("held", String(heldCount)) }
        if !purchaserID.isEmpty { table.add("bought by", "\(purchaserID) in \(voucherOrderID)") }
        table.add("order", orderID.orDash)
        table.add("batch", batchID.orDash)
        table.add("redeem from", Readable.time(redeemFrom, hasRedeemFrom))
        table.add("redeem until", redeemEnd)
        table.add("opens until", Readable.time(expireTime, hasExpireTime))
        for (key, value) in custom.sorted(by: { $0.key < $1.key }) { table.add("custom \(key)", value) }
        table.add("created", Readable.time(createTime, hasCreateTime))
        table.print()
    }
}
