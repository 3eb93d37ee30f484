import Foundation
import Logging
import UsherContract
import UsherServices
import UsherStorage

/// `CredentialTable.authenticate`: only the key itself is let in, byte for byte; what is well formed is unknown, and
/// everything else malformed.
public struct KeyTarget: FuzzTarget {
    public let name = "key"
    private let table: CredentialTable
    private let key: [UInt8]

    /// Makes a key as a new platform makes its operator's.
    public init() throws {
        let directory = "\(NSTemporaryDirectory())usher-fuzz-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let table = CredentialTable()
        let storage = try Storage(
            directory: directory, platformMigrations: Schema.platform, organisationMigrations: Schema.organisation,
            logger: Logger(label: "fuzz", factory: { _ in SwiftLogNoOpLogHandler() }))
        defer { storage.shutdown() }
        let organisations = OrganisationService(storage: storage, credentials: table)
        let text = try storage.platform.writeBlocking(as: .system()) { tx in
            try organisations.makeFirstOperatorKey(keep: { _ in }, in: tx)
        }
        try storage.platform.readBlocking(as: .system()) { tx in try organisations.loadCredentials(in: tx) }
        guard let text else { throw FuzzViolation(target: "key", what: "a new platform has a key", input: []) }
        self.table = table
        key = Array(text.utf8)
    }

    public var seeds: [[UInt8]] {
        let test = KeyText.signed(Array("ush_test_0000000000001_secret_".utf8))
        return [key, key, key + [UInt8(ascii: "_")], Array(key.dropLast()), test, Array("ush_live____".utf8), []]
    }

    /// Every second input is given the checksum that it would need, so that what lies behind it is reached.
    public func check(_ input: [UInt8]) throws -> FuzzOutcome {
        let isSigned = input.count % 2 == 1 && input != key
        let text = isSigned ? KeyText.signed(input) : input
        let expected = text == key ? "" : Self.isWellFormed(text) ? "KEY_UNKNOWN" : "KEY_MALFORMED"
        var answer = ""
        do {
            _ = try table.authenticate(text, at: Instant(microseconds: 0))
        } catch let refusal as Refusal {
            answer = refusal.reason
            try require(refusal.code == .unauthenticated, "refused with \(refusal.code.name)", text)
        }
        try require(answer == expected, "'\(answer)' instead of '\(expected)'", text)
        return answer == "KEY_MALFORMED" ? .refused : .accepted
    }

    private static func isWellFormed(_ text: [UInt8]) -> Bool {
        // 96 is the limit that the API documents for keys.
        guard text.count <= 96, text.filter({ $0 == UInt8(ascii: "_") }).count == 4 else { return false }
        let body = text[..<(text.lastIndex(of: UInt8(ascii: "_")) ?? 0)]
        guard text[(body.endIndex + 1)...].elementsEqual(KeyText.checksum(of: body)) else { return false }
        guard body.starts(with: Array("ush_live_".utf8)) || body.starts(with: Array("ush_test_".utf8)) else {
            return false
        }
        let id = body.dropFirst(9).prefix { $0 != UInt8(ascii: "_") }
        let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
        // 63 bits: the first of thirteen digits has three, and no id is 0.
        return id.count == 13 && id.allSatisfy(digits.contains) && digits[..<8].contains(id[id.startIndex])
            && id.contains { $0 != UInt8(ascii: "0") }
    }
}
