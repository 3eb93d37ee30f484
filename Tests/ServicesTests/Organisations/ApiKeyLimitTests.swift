import SwiftProtobuf
import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

/// How many keys there can be, and what becomes of those that have ended.
@Suite struct ApiKeyLimitTests {
    private let harness: Harness

    init() async throws {
        var limits = ApiKeyLimits()
        (limits.count, limits.keptAfterEnd) = (3, .hours(24 * 30))
        harness = try Harness(keys: limits)
        for id in ["nordfilm", "other"] {
            try await harness.call(
                Organisations.createOrganisation,
                .with { ($0.organisation.organisationID, $0.organisation.name) = (id, "Nord Film") }, in: nil)
        }
    }

    private func create(
        in organisation: String? = "nordfilm", _ change: (inout Usher_Organisations_V1_ApiKey) -> Void = { _ in }
    ) async throws -> Usher_Organisations_V1_ApiKey {
        var request = Usher_Organisations_V1_CreateApiKeyRequest()
        change(&request.apiKey)
        return try await harness.call(Organisations.createApiKey, request, in: organisation)
    }

    private func refusal(in organisation: String? = "nordfilm") async throws -> Refusal? {
        try await harness.refusal(Organisations.createApiKey, .init(), in: organisation)
    }

    private func revoke(_ key: Usher_Organisations_V1_ApiKey) async throws {
        try await harness.call(Organisations.revokeApiKey, .with { $0.keyID = key.keyID })
    }

    private func listed() async throws -> [String] {
        try await harness.call(Organisations.listApiKeys, .init()).apiKeys.map(\.keyID)
    }

    private func reason(_ key: Usher_Organisations_V1_ApiKey) -> String? {
        do {
            _ = try harness.credentials.authenticate(Array(key.secret.utf8), at: harness.now)
            return nil
        } catch {
            return (error as? Refusal)?.reason
        }
    }

    private func reload() async throws {
        let organisations = harness.services.organisations
        try await harness.storage.platform.read(as: .system()) { try organisations.loadCredentials(in: $0) }
    }

    private func sweep() async throws -> Bool {
        let organisations = harness.services.organisations
        return try await harness.storage.platform.write(as: .system()) { try organisations.removeEndedKeys(in: $0) }
    }

    @Test func anOrganisationHasSoManyUsableKeys() async throws {
        let first = try await create()
        for _ in 0..<2 { _ = try await create() }
        let refused = try await refusal()
        #expect(refused?.code == .resourceExhausted && refused?.reason == "API_KEY_LIMIT")
        #expect(reason(first) == nil, "those that there are go on")
        _ = try await create(in: "other")
        harness.now = harness.now + .hours(25)
        #expect(try await refusal()?.reason == "API_KEY_LIMIT", "not a matter of time")
        try await revoke(first)
        _ = try await create()
        #expect(try await refusal()?.reason == "API_KEY_LIMIT")
    }

    @Test func theOperatorsOwnKeysAreBoundedLikewise() async throws {
        for _ in 0..<3 { _ = try await create(in: nil) }
        #expect(try await refusal(in: nil)?.reason == "API_KEY_LIMIT")
    }

    @Test func aKeyThatHasExpiredIsNotUsable() async throws {
        let soon = harness.now + .hours(1)
        for _ in 0..<3 { _ = try await create { $0.expireTime = Google_Protobuf_Timestamp(soon) } }
        harness.now = harness.now + .hours(25)
        _ = try await create()
    }

    /// Whoever makes and revokes keys in a loop fills nothing.
    @Test func noMoreAreMadeInADay() async throws {
        for _ in 0..<3 { try await revoke(try await create()) }
        let refused = try await refusal()
        #expect(refused?.reason == "API_KEY_LIMIT" && refused?.retryAfter == .hours(24))
        harness.now = harness.now + .hours(24)
        for _ in 0..<3 { try await revoke(try await create()) }
        #expect(try await listed().count == 6)
        harness.now = harness.now + .hours(24)
        _ = try await create()
        #expect(try await listed().count == 1, "those that have ended give way")
    }

    @Test func whatHasEndedLongAgoIsRemoved() async throws {
        let (revoked, kept) = (try await create(), try await create())
        let soon = harness.now + .hours(1)
        let expired = try await create { $0.expireTime = Google_Protobuf_Timestamp(soon) }
        try await revoke(revoked)
        #expect(reason(revoked) == "KEY_REVOKED")
        harness.now = harness.now + .hours(24 * 29)
        #expect(try await !sweep())
        #expect(try await listed().count == 3)
        harness.now = harness.now + .hours(26)
        #expect(try await !sweep())
        #expect(try await listed() == [kept.keyID])
        #expect([revoked, expired, kept].map(reason) == ["KEY_UNKNOWN", "KEY_UNKNOWN", nil])
    }

    @Test func whatHasEndedIsNotReadAtStartForLong() async throws {
        let (revoked, kept) = (try await create(), try await create())
        let soon = harness.now + .hours(1)
        let expired = try await create { $0.expireTime = Google_Protobuf_Timestamp(soon) }
        try await revoke(revoked)
        harness.now = harness.now + .hours(2)
        try await reload()
        #expect([revoked, expired, kept].map(reason) == ["KEY_REVOKED", "KEY_EXPIRED", nil])
        harness.now = harness.now + .hours(24)
        try await reload()
        #expect([revoked, expired, kept].map(reason) == ["KEY_UNKNOWN", "KEY_UNKNOWN", nil])
    }

    /// The answers of calls that change nothing for ever are not kept.
    @Test func revokingAgainFillsNothing() async throws {
        let key = try await create()
        try await revoke(key)
        func rows() async throws -> Int? {
            try await harness.storage.platform.read(as: .system()) { tx in
                let first: [UInt8] = []
                return try tx.row("SELECT count(*) FROM (SELECT 1 FROM request_log WHERE key > ? LIMIT 1000)", first) {
                    try $0.int(0)
                }
            }
        }
        let before = try await rows()
        for number in 0..<5 {
            try await harness.call(
                Organisations.revokeApiKey, .with { ($0.keyID, $0.requestID) = (key.keyID, "again-\(number)") })
        }
        #expect(try await rows() == before)
    }
}
