import Testing

@testable import UsherRPC

@Suite struct FirstBytesTests {
    @Test(
        arguments: [
            ("", .undecided), ("00", .ttrpc), ("0000", .ttrpc), ("16", .undecided), ("1603", .tls), ("160301", .tls),
            ("1602", .unknown), ("50", .undecided), ("5052", .undecided), ("505249", .http2), ("505249202a", .http2),
            ("505250", .unknown), ("504f5354", .unknown), ("47", .unknown), ("01", .unknown), ("ff00", .unknown),
        ] as [(String, FirstBytes)])
    func table(_ bytes: String, _ expected: FirstBytes) { #expect(FirstBytes(hex(bytes)) == expected) }
}
