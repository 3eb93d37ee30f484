import Testing

/// Only a table's owner names it in SQL: the Store that creates it (`VoucherStore.swift`, `VoucherStore+Codes.swift`),
/// or for UsherStorage's own tables the whole target. A subquery that an owner offers to others stands in its own file.
/// A foreign key's REFERENCES is no use of a table.
enum TableOwners {
    /// `Sources/UsherServices/Vouchers/VoucherStore`, or `Sources/UsherStorage`.
    private static func house(of path: String) -> String {
        if path.hasPrefix("Sources/UsherStorage/") { return "Sources/UsherStorage" }
        return String(path.prefix { !["+", "."].contains($0) })
    }

    /// Every table and who owns it.
    static func owners(in files: [SourceFile]) -> [String: Set<String>] {
        let creation = /\bCREATE TABLE (?:IF NOT EXISTS )?(\w+)/
        var owners: [String: Set<String>] = [:]
        for file in files {
            for match in SwiftText(file.text).withoutComments.matches(of: creation) {
                owners[String(match.1), default: []].insert(house(of: file.path))
            }
        }
        return owners
    }

    static func violations(in files: [SourceFile]) -> [String] {
        let owners = owners(in: files)
        let misplaced = owners.flatMap { table, houses in
            houses.filter { !$0.hasSuffix("Store") && $0 != "Sources/UsherStorage" }.map { "\($0) creates \(table)" }
                + (houses.count > 1 ? ["\(table) is created by \(houses.sorted())"] : [])
        }
        return misplaced
            + files.flatMap { file in
                tablesUsed(in: file).filter { owners[$0].map { !$0.contains(house(of: file.path)) } ?? false }
                    .map { "\(file.path) uses \($0)" }
            }
    }

    /// What follows FROM, JOIN, INTO or UPDATE; after FROM also the rest of the list.
    private static func tablesUsed(in file: SourceFile) -> [String] {
        let use = /\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+(?:(?:\s+(?:AS\s+)?\w+)?\s*,\s*\w+)*)/
        return SwiftText(file.text).withoutComments.matches(of: use).flatMap { match in
            match.1.split(separator: ",").compactMap { $0.split(whereSeparator: \.isWhitespace).first.map(String.init) }
        }
    }
}

struct TableOwnersTests {
    @Test func onlyOwnersUseTables() {
        #expect(TableOwners.violations(in: SourceTree.sources) == [])
    }

    @Test func theTablesAreFound() {
        let owners = TableOwners.owners(in: SourceTree.sources)
        #expect(owners["vouchers"] == ["Sources/UsherServices/Vouchers/VoucherStore"])
        #expect(owners["journal"] == ["Sources/UsherStorage"])
    }

    @Test(arguments: [
        "\"SELECT id FROM vouchers WHERE id = ?\"", "\"DELETE FROM vouchers\"", "\"UPDATE vouchers SET a = 1\"",
        "\"INSERT INTO vouchers (id) VALUES (?)\"", "\"SELECT 1 FROM other JOIN vouchers ON 1\"",
        "\"SELECT 1 FROM other AS o, vouchers\"", "\"SELECT 1 FROM\n    vouchers\"",
        "\"SELECT (SELECT 1 FROM vouchers) \\(more)\"",
    ])
    func anothersTableIsFound(_ statement: String) {
        let other = SourceFile(path: "Sources/UsherServices/Access/AccessStore.swift", text: statement)
        #expect(
            TableOwners.violations(in: [store, other])
                == ["Sources/UsherServices/Access/AccessStore.swift uses vouchers"])
    }

    @Test func aTableOutsideOfAStoreIsFound() {
        let rules = SourceFile(
            path: "Sources/UsherServices/Vouchers/Voucher.swift", text: "\"CREATE TABLE notes (id)\"")
        #expect(TableOwners.violations(in: [rules]) == ["Sources/UsherServices/Vouchers/Voucher creates notes"])
    }

    @Test func aTableOfTwoIsFound() {
        let other = SourceFile(path: "Sources/UsherServices/Access/AccessStore.swift", text: store.text)
        #expect(TableOwners.violations(in: [store, other]).count == 1)
    }

    @Test(arguments: [
        ("Vouchers/VoucherStore.swift", "\"SELECT 1 FROM vouchers\""),
        ("Vouchers/VoucherStore+Codes.swift", "\"SELECT 1 FROM vouchers\""),
        ("Access/AccessStore.swift", "\"CREATE TABLE a (b INTEGER REFERENCES vouchers (id))\""),
        ("Access/AccessStore.swift", "// as in FROM vouchers"),
    ])
    func theOwnersUseIsNot(_ file: String, _ text: String) {
        let user = SourceFile(path: "Sources/UsherServices/\(file)", text: text)
        #expect(TableOwners.violations(in: [store, user]) == [])
    }

    private let store = SourceFile(
        path: "Sources/UsherServices/Vouchers/VoucherStore.swift", text: "\"CREATE TABLE vouchers (id)\"")
}
