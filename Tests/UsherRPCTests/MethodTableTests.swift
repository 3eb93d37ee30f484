import NIOCore
import Testing
import UsherContract

@testable import UsherRPC

@Suite struct MethodTableTests {
    private func index(_ table: MethodTable, _ service: String, _ method: String) throws -> Int? {
        let bytes: [UInt8] = try WireRequest.with {
            $0.service = service
            $0.method = method
        }.serializedBytes()
        return table.index(of: try #require(RequestEnvelope.scan(ByteBuffer(bytes: bytes))))
    }

    /// Names of every length around the word that is hashed at once, and pairs that are alike when joined.
    @Test func everyMethodIsFoundAndNothingElse() throws {
        let letters = (0..<40).map { String(repeating: "x", count: $0) + "y" }
        let methods =
            letters.map { descriptor("a.Service", $0) } + letters.map { descriptor($0, "Method") }
            + [descriptor("a.b", "cd"), descriptor("a.bc", "d"), descriptor("cd", "a.b")]
        let table = MethodTable(methods)
        for (number, method) in methods.enumerated() {
            #expect(try index(table, method.service, method.name) == number)
            #expect(try index(table, method.service, method.name + "x") == nil)
            #expect(try index(table, method.service + "x", method.name) == nil)
            #expect(try index(table, method.service, String(method.name.dropLast())) == nil)
        }
        #expect(try index(table, "", "") == nil)
        #expect(try index(table, "a.", "bcd") == nil)
        #expect(table.hasService(named: ByteBuffer(string: "a.bc")))
        #expect(!table.hasService(named: ByteBuffer(string: "a.bcd")))
    }

    @Test func anEmptyTableFindsNothing() throws { #expect(try index(MethodTable([]), "a", "b") == nil) }
}
