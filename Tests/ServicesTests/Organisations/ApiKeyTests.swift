import Testing
import UsherContract

@testable import UsherServices

@Suite struct ApiKeyTests {
    private static let id = ResourceID(prefix: "key", number: 123_456_789_012_345)
    private static let secret = [UInt8](0..<25)

    @Test func aKeyNamesItsID() {
        let key = ApiKeyText(id: Self.id, secret: Self.secret, isTest: false)
        #expect(key.text.hasPrefix("ush_live_"))
        #expect(key.text.split(separator: "_").count == 5)
        #expect(ApiKeyText.keyID(in: Array(key.text.utf8)) == Self.id)
        #expect(ApiKeyText(id: Self.id, secret: Self.secret, isTest: true).text.hasPrefix("ush_test_"))
    }

    @Test func everyTypingErrorIsSeen() {
        let text = Array(ApiKeyText(id: Self.id, secret: Self.secret, isTest: false).text.utf8)
        for position in text.indices {
            var wrong = text
            wrong[position] ^= 1
            #expect(ApiKeyText.keyID(in: wrong) == nil, "at \(position)")
            var cut = text
            cut.remove(at: position)
            #expect(ApiKeyText.keyID(in: cut) == nil, "without \(position)")
        }
        #expect(ApiKeyText.keyID(in: []) == nil)
        #expect(ApiKeyText.keyID(in: [UInt8](repeating: 0x5F, count: 10_000)) == nil)
    }

    /// The check value of the CRC catalogue.
    @Test func checksum() {
        #expect(CRC32.checksum(of: "123456789".utf8) == 0xCBF4_3926)
    }

    @Test func hashesAreComparedWhole() {
        let hash = [UInt8](repeating: 7, count: 32)
        #expect(ApiKeyText.areEqual(hash, hash))
        for position in hash.indices {
            var other = hash
            other[position] ^= 0x80
            #expect(!ApiKeyText.areEqual(hash, other))
        }
        #expect(!ApiKeyText.areEqual(hash, []))
    }

    @Test func credentials() throws {
        let table = CredentialTable()
        let now = Instant(microseconds: 1_000)
        let text = ApiKeyText(id: Self.id, secret: Self.secret, isTest: false)
        var key = ApiKey(
            id: Self.id, organisationID: "nordfilm", name: "", scopes: [.vouchersRedeem], isTest: false,
            hash: text.hash, createTime: now, expireTime: nil, revokeTime: nil)
        let bytes = Array(text.text.utf8)
        #expect(reason { try table.authenticate(bytes, at: now) } == "KEY_UNKNOWN")
        let generation = table.generation
        table.set(key)
        #expect(table.generation > generation)
        let credential = try table.authenticate(bytes, at: now)
        #expect(credential.organisationID == "nordfilm" && credential.role == .organisation)
        #expect(credential.scopes.allows(.vouchersRedeem) && !credential.scopes.allows(.vouchersRead))

        let wrongSecret = ApiKeyText(id: Self.id, secret: Self.secret.reversed(), isTest: false)
        #expect(reason { try table.authenticate(Array(wrongSecret.text.utf8), at: now) } == "KEY_UNKNOWN")
        #expect(reason { try table.authenticate(bytes.dropLast(), at: now) } == "KEY_MALFORMED")
        key.expireTime = now
        table.set(key)
        #expect(reason { try table.authenticate(bytes, at: now) } == "KEY_EXPIRED")
        key.revokeTime = now
        table.set(key)
        #expect(reason { try table.authenticate(bytes, at: now) } == "KEY_REVOKED")
    }

    private func reason(_ work: () throws -> some Any) -> String? {
        do {
            _ = try work()
            return nil
        } catch {
            return (error as? Refusal)?.reason
        }
    }
}
