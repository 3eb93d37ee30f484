import Foundation
import Testing
import UsherAPI
import UsherClient
import UsherContract

/// What time alone does to subscriptions comes to those who watch, once, whatever becomes of the server meanwhile.
@Suite(.timeLimit(.minutes(10))) struct SubscriptionEventTests {
    private static let day = Duration.hours(24)

    @Test func theEndIsWatched() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("adeprimo")
            try await client.createNews()
            let made = try await client.subscriptions.createSubscription(
                .with {
                    ($0.viewerID, $0.packageID, $0.type, $0.activate) = ("anna", "news", .recurring, true)
                    $0.period = .with { ($0.unit, $0.length) = (.day, 30) }
                    $0.trialPeriod = .with { ($0.unit, $0.length) = (.day, 7) }
                })
            var events = try await client.events.watchEvents(
                .with { ($0.types, $0.fromNow) = (["subscription.*"], true) }
            ).makeAsyncIterator()
            for (days, types) in [(7, ["trial_ended", "frozen"]), (9, ["grace_ended"])] {
                server.now = RunningServer.start + Self.day * days
                for type in types {
                    let event = try await events.next()
                    #expect(event?.type == "subscription.\(type)" && event?.resourceID == made.subscriptionID)
                    #expect(event?.createTime.seconds == made.createTime.seconds + Int64(days) * 86_400)
                }
            }
            await client.close()
        }
    }

    /// Killed between the asking and the time, and again after it.
    @Test func aKilledServerTellsItOnce() async throws {
        let server = ServerProcess()
        try server.start()
        var ending: [String: Set<String>] = [:]
        for organisation in ["early", "late"] {
            _ = try server.usher("org", "create", organisation)
            let client = try server.client(organisation: organisation)
            try await client.createNews()
            for viewer in ["anna", "bob"] {
                let made = try await client.subscribe(viewer, forSeconds: organisation == "early" ? 1 : 2)
                ending[organisation, default: []].insert(made.subscriptionID)
            }
            _ = try await client.subscribe("cleo", forSeconds: 1_000_000)
            await client.close()
        }
        for round in 0..<2 {
            server.kill()
            try server.start()
            for organisation in ["late", "early"] {
                let client = try server.client(organisation: organisation)
                // One more, so that something is to be told in this life.
                let last = try await client.subscribe("viewer-\(round)", forSeconds: 1)
                ending[organisation, default: []].insert(last.subscriptionID)
                var missing = ending[organisation] ?? []
                for try await event in try await client.events.watchEvents(
                    .with { $0.types = ["subscription.deactivated"] })
                {
                    missing.remove(event.resourceID)
                    if missing.isEmpty { break }
                }
                let events = try await client.events.listEvents(.with { $0.types = ["subscription.deactivated"] })
                    .events
                #expect(events.map(\.resourceID).sorted() == ending[organisation]?.sorted(), "\(organisation)")
                await client.close()
            }
        }
        #expect(server.terminate() == 0)
    }
}

extension UsherClient {
    /// The package `news` of the asset `opening`, with two days of grace.
    fileprivate func createNews() async throws {
        try await createOpening()
        _ = try await catalog.createPackage(
            .with {
                ($0.package.packageID, $0.package.title, $0.package.assetIds) = ("news", "News", ["opening"])
                $0.package.graceDays = 2
            })
    }

    /// One that ends in so many seconds, or later where the server takes longer to get to it.
    fileprivate func subscribe(
        _ viewer: String, forSeconds seconds: Int64
    ) async throws -> Usher_Subscriptions_V1_Subscription {
        var seconds = seconds
        while true {
            do {
                return try await subscriptions.createSubscription(
                    .with { [seconds] in
                        ($0.viewerID, $0.packageID, $0.type, $0.activate) = (viewer, "news", .limited, true)
                        $0.endTime.seconds = Int64(Date().timeIntervalSince1970) + 1 + seconds
                    })
            } catch let refusal as Refusal where refusal.reason == "FIELD_INVALID" && seconds < 60 {
                seconds *= 2
            }
        }
    }
}
