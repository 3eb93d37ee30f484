import ArgumentParser
import SwiftProtobuf

/// How much of a list is printed.
struct ListOptions: ParsableArguments {
    @Option(help: "At most so many; 0 is all.")
    var limit = 100
    @Flag(help: "All of them.")
    var all = false

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit must be at least 0; 0 is all") }
    }

    var most: Int { all || limit == 0 ? .max : limit }
}

/// Prints a list, page by page, until there are no more or enough; says on standard error where there are more, and
/// where there are none.
struct Listing<Item: Message> {
    /// Several of them: `vouchers`.
    let noun: String
    let header: [String]
    let list: ListOptions
    let json: Bool

    /// - Parameters:
    ///   - total: how many there are, where that can be known; asked for only where not all are printed.
    ///   - page: the next items and the token of the page behind them, empty for none.
    ///   - cells: a row of the table.
    func print(
        total: () async throws -> Int? = { nil },
        page: (_ size: Int32, _ token: String) async throws -> (items: [Item], token: String),
        cells: (Item) async throws -> [String]
    ) async throws {
        var table = Table(header)
        var (count, token) = (0, "")
        repeat {
            let next = try await page(Int32(min(list.most - count, 1_000)), token)
            for item in next.items {
                if json { Swift.print(try Readable.json(item)) } else { table.add(try await cells(item)) }
            }
            count += next.items.count
            token = next.token
        } while !token.isEmpty && count < list.most
        table.print()
        if count == 0 {
            StandardError.print("no \(noun)")
        } else if !token.isEmpty {
            let all = try await total().map { "\(count) of \(Self.text($0)) \(noun)" } ?? "the first \(count) \(noun)"
            StandardError.print("\(all); --all for all")
        }
    }

    /// `1,000`.
    static func text(_ number: Int) -> String {
        var (text, digits) = ("", Array(String(number)))
        while digits.count > 3 {
            text = "," + String(digits.suffix(3)) + text
            digits.removeLast(3)
        }
        return String(digits) + text
    }
}
