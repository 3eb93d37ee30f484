import ArgumentParser
import UsherAPI
import UsherClient

private typealias SubscriptionClient = Usher_Subscriptions_V1_SubscriptionServiceClient

struct SubscriptionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscription", abstract: "Subscriptions: access that goes on, or lasts for a time.",
        subcommands: [List.self, Show.self, Cancel.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List subscriptions, oldest first.",
            discussion: """
                Examples:
                  usher subscription list --viewer anna
                  usher subscription list --package digital --state frozen --limit 20
                """)

        @Option(help: "Only this viewer's.")
        var viewer = ""
        @Option(help: "Only to this package.")
        var package = ""
        @Option(help: "Only in this state: pending, trial, active, paused, frozen, cancelled or deactivated.")
        var state: StateArgument?
        @Option(help: "At most so many; 0 is all.")
        var limit = 100
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                var table = Table("ID", "VIEWER", "OF", "STATE", "TYPE", "RENEWS", "ENDS")
                var (left, token) = (limit == 0 ? Int.max : limit, "")
                repeat {
                    let page = try await SubscriptionClient(transport: client).listSubscriptions(
                        .with {
                            ($0.viewerID, $0.packageID) = (viewer, package)
                            ($0.state, $0.pageSize, $0.pageToken) = (
                                state?.state ?? .unspecified, Int32(min(left, 1_000)), token
                            )
                        })
                    for subscription in page.subscriptions {
                        if options.json {
                            print(try Readable.json(subscription))
                        } else {
                            subscription.add(to: &table)
                        }
                    }
                    left -= page.subscriptions.count
                    token = page.nextPageToken
                } while !token.isEmpty && left > 0
                table.print()
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a subscription.", discussion: "Example:\n  usher subscription show sub_0s9xtvqwwh7qg")

        @Argument(help: "The subscription's id, sub_….")
        var subscriptionID: String
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let found = try await SubscriptionClient(transport: client).getSubscription(
                    .with { $0.subscriptionID = subscriptionID })
                if options.json { print(try Readable.json(found)) } else { found.show() }
            }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a subscription, now or when what is paid for is over.",
            discussion: """
                Examples:
                  usher subscription cancel sub_0s9xtvqwwh7qg --reason moving
                  usher subscription cancel sub_0s9xtvqwwh7qg --at-period-end
                """)

        @Argument(help: "The subscription's id, sub_….")
        var subscriptionID: String
        @Flag(help: "End it when what is paid for is over, instead of now.")
        var atPeriodEnd = false
        @Option(help: "Why.")
        var reason = ""
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let after = try await SubscriptionClient(transport: client).cancelSubscription(
                    .with {
                        ($0.subscriptionID, $0.atPeriodEnd, $0.reason) = (subscriptionID, atPeriodEnd, reason)
                    })
                let end = Readable.time(after.endTime, after.hasEndTime)
                print(
                    options.json ? try Readable.json(after) : "\(after.stateName) \(after.subscriptionID), ends \(end)")
            }
        }
    }
}

/// A state on the command line: `frozen`.
struct StateArgument: ExpressibleByArgument {
    let state: Usher_Subscriptions_V1_SubscriptionState

    init?(argument: String) {
        let found = Usher_Subscriptions_V1_SubscriptionState.allCases.first { $0.word == argument.lowercased() }
        guard let found, found != .unspecified else { return nil }
        state = found
    }
}

extension Usher_Subscriptions_V1_SubscriptionState {
    /// As people write it: `frozen`.
    fileprivate var word: String { "\(self)" }
}

extension Usher_Subscriptions_V1_Subscription {
    fileprivate var stateName: String { state.word }
    private var target: String { packageID.isEmpty ? assetID : packageID }

    fileprivate func add(to table: inout Table) {
        table.add(
            subscriptionID, viewerID, target, stateName, "\(type)", Readable.time(renewTime, hasRenewTime),
            Readable.time(endTime, hasEndTime))
    }

    fileprivate func show() {
        let length = hasPeriod ? "\(period.length) \(period.unit)" : ""
        let isDiscounted = discountPercent > 0 && (!hasDiscountCyclesLeft || discountCyclesLeft > 0)
        let discount = isDiscounted ? "\(discountPercent) %" : ""
        let rows: [(String, String)] = [
            ("id", subscriptionID), ("viewer", viewerID), ("of", target), ("state", stateName), ("type", "\(type)"),
            ("period", length),
            ("begun", Readable.time(startTime, hasStartTime)),
            ("paused since", Readable.time(pauseTime, hasPauseTime)),
            ("frozen since", Readable.time(freezeTime, hasFreezeTime)),
            ("trial until", Readable.time(trialEndTime, hasTrialEndTime)),
            ("renews", Readable.time(renewTime, hasRenewTime)),
            ("grace until", Readable.time(graceEndTime, hasGraceEndTime)), ("ends", Readable.time(endTime, hasEndTime)),
            ("cancelled", Readable.time(cancelTime, hasCancelTime)), ("reason", cancelReason), ("access", accessID),
            ("price", priceOptionID), ("ordered as", paymentPeriodID),
            ("discount", discount), ("voucher", voucherID),
            ("from", provisionService),
        ]
        for (name, value) in rows where !value.isEmpty && value != "-" {
            print("\(name):".padding(toLength: 14, withPad: " ", startingAt: 0) + value)
        }
    }
}
