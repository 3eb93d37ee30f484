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
                """.prose)

        @Option(help: "Only this viewer's.")
        var viewer = ""
        @Option(help: "Only to this package.")
        var package = ""
        @Option(help: "Only in this state: pending, trial, active, paused, frozen, cancelled or deactivated.")
        var state: EnumArgument<Usher_Subscriptions_V1_SubscriptionState>?
        @OptionGroup var list: ListOptions
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                try await Listing<Usher_Subscriptions_V1_Subscription>(
                    noun: "subscriptions", header: ["ID", "VIEWER", "OF", "STATE", "TYPE", "RENEWS", "ENDS"],
                    list: list, json: options.json
                ).print { size, token in
                    let page = try await SubscriptionClient(transport: client).listSubscriptions(
                        .with {
                            ($0.viewerID, $0.packageID) = (viewer, package)
                            ($0.state, $0.pageSize, $0.pageToken) = (state?.value ?? .unspecified, size, token)
                        })
                    return (page.subscriptions, page.nextPageToken)
                } cells: {
                    $0.cells
                }
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
                  usher subscription cancel sub_0s9xtvqwwh7qg --reason moving --yes
                  usher subscription cancel sub_0s9xtvqwwh7qg --at-period-end --yes
                """.prose)

        @Argument(help: "The subscription's id, sub_….")
        var subscriptionID: String
        @Flag(help: "End it when what is paid for is over, instead of now.")
        var atPeriodEnd = false
        @Option(help: "Why.")
        var reason = ""
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                guard confirmation.yes else {
                    let found = try await SubscriptionClient(transport: client).getSubscription(
                        .with { $0.subscriptionID = subscriptionID })
                    let what = "the subscription of \(found.viewerID) to \(found.target), which is \(found.stateName)"
                    _ = confirmation.isGiven(for: "cancel \(what), \(atPeriodEnd ? "at its period's end" : "now")")
                    return
                }
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

extension Usher_Subscriptions_V1_Subscription {
    fileprivate var stateName: String { "\(state)" }
    fileprivate var target: String { packageID.isEmpty ? assetID : packageID }

    fileprivate var cells: [String] {
        [
            subscriptionID, viewerID, target, stateName, "\(type)", Readable.time(renewTime, hasRenewTime),
            Readable.time(endTime, hasEndTime),
        ]
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
