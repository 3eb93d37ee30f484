import Crypto
import Foundation
import SwiftProtobuf
import UsherContract
import UsherStorage

/// The request of a list.
protocol PagedRequest: Message {
    /// 0 means ``Page/defaultSize``.
    var pageSize: Int32 { get set }
    /// Empty for the first page.
    var pageToken: String { get set }
}

/// A request for one page of a list: how many, and after which key.
///
/// The token holds the last key that was sent and a digest of the organisation and of the request without its paging
/// fields: a token is good for the same list of the same organisation only. Lists seek by key, never by offset.
struct Page {
    /// 1 to ``maximumSize``.
    let size: Int
    /// The last key of the page before, as ``token(after:)`` was given it; nil for the first page.
    let after: String?
    private let digest: [UInt8]

    static let defaultSize = 100
    static let maximumSize = 1_000
    private static let digestLength = 8

    /// - Throws: INVALID_ARGUMENT for a negative size and for a token of another list.
    init(of request: some PagedRequest, in tx: Transaction) throws {
        let organisationID = tx.caller.organisationID ?? ""
        var violations = Violations()
        violations.require(request.pageSize >= 0, "page_size", "must not be negative")
        try violations.refuse()
        size = request.pageSize == 0 ? Self.defaultSize : min(Int(request.pageSize), Self.maximumSize)
        let token = request.pageToken
        let list = request.with { ($0.pageSize, $0.pageToken) = (0, "") }
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        let bytes: [UInt8] = try list.serializedBytes(options: options)
        digest = Array(
            SHA256.hash(data: Array((organisationID + type(of: request).protoMessageName).utf8) + bytes).prefix(
                Self.digestLength))
        after = token.isEmpty ? nil : try Self.key(in: token, digest: digest)
    }

    /// A page ends early where its items grow beyond this, in bytes, so that it fits in a reply.
    static let maximumBytes = 2 << 20

    /// The page's items, and the token of the next page, from rows of which one more than ``size`` was asked for.
    func cut<Row, Item: Message>(
        _ rows: [Row], key: (Row) -> String, _ item: (Row) throws -> Item
    ) throws -> (items: [Item], nextToken: String) {
        var (items, bytes) = ([Item](), 0)
        for (index, row) in rows.enumerated() {
            if index == size || bytes >= Self.maximumBytes { return (items, token(after: key(rows[index - 1]))) }
            let made = try item(row)
            bytes += try (made.serializedBytes() as [UInt8]).count
            items.append(made)
        }
        return (items, "")
    }

    /// The token of the page that follows the one that ends with `key`.
    func token(after key: String) -> String {
        Data(digest + Array(key.utf8)).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_").replacingOccurrences(
                of: "=", with: "")
    }

    /// The key as a number, for lists ordered by ``ResourceID/number``; 0 for the first page.
    func afterNumber() throws -> Int64 {
        guard let after else { return 0 }
        guard let number = Int64(after) else { throw Self.invalidToken }
        return number
    }

    /// The key as two numbers, for lists ordered by a pair of them; zeros for the first page.
    func afterPair() throws -> (Int64, Int64) {
        guard let after else { return (0, 0) }
        let numbers = after.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard numbers.count == 2, let first = numbers[0], let second = numbers[1] else { throw Self.invalidToken }
        return (first, second)
    }

    private static func key(in token: String, digest: [UInt8]) throws -> String {
        let padded = token.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        let complete = padded + String(repeating: "=", count: (4 - padded.count % 4) % 4)
        guard let bytes = Data(base64Encoded: complete), bytes.starts(with: digest) else { throw invalidToken }
        return String(decoding: bytes.dropFirst(digestLength), as: UTF8.self)
    }

    private static var invalidToken: Refusal {
        let description = "must be the next_page_token of the same list with the same arguments"
        return Refusal(
            .invalidArgument, "PAGE_TOKEN_INVALID", "page_token \(description)",
            violations: [FieldViolation(field: "page_token", description: description)])
    }
}
