import NIOCore
import NIOHPACK
import Testing
import UsherContract

@testable import UsherRPC

/// The small parts of gRPC: timeouts, encodings, headers.
@Suite struct GRPCPartsTests {
    @Test(arguments: [
        ("1H", 3_600_000_000_000), ("2M", 120_000_000_000), ("3S", 3_000_000_000), ("4m", 4_000_000), ("5u", 5_000),
        ("6n", 6), ("0S", 0), ("99999999u", 99_999_999_000),
    ])
    func aTimeoutIsRead(_ text: String, _ nanoseconds: Int64) {
        #expect(GRPCTimeout.parse(text)?.nanoseconds == nanoseconds)
    }

    @Test func aTimeoutIsNeverTooLongToAdd() {
        #expect(GRPCTimeout.parse("99999999H") == TimeAmount(RPCLimits.longestWait))
    }

    @Test(arguments: ["", "S", "1", "1s", "1 S", "-1S", "+1S", "123456789S", "1.5S", "1S ", "٣S"])
    func whatIsNoTimeoutIsRefused(_ text: String) {
        #expect(GRPCTimeout.parse(text) == nil)
    }

    @Test(arguments: [
        ("", ""), ("plain text ~", "plain text ~"), ("100%", "100%25"), ("nö", "n%C3%B6"), ("a\nb", "a%0Ab"),
        ("\u{7f}", "%7F"),
    ])
    func aMessageIsPercentEncoded(_ text: String, _ encoded: String) {
        #expect(PercentEncoding.encode(text, limit: 100) == encoded)
    }

    @Test func aLongMessageIsCutBetweenCharacters() {
        #expect(PercentEncoding.encode("abc", limit: 2) == "ab")
        #expect(PercentEncoding.encode("nö", limit: 6) == "n")
        #expect(PercentEncoding.encode("nö", limit: 7) == "n%C3%B6")
    }

    @Test(arguments: [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE")])
    func base64(_ text: String, _ encoded: String) {
        let bytes = Array(text.utf8)
        #expect(Base64.encode(bytes) == encoded)
        #expect(Base64.decode(encoded) == bytes)
        #expect(Base64.decode(encoded + String(repeating: "=", count: (4 - encoded.count % 4) % 4)) == bytes)
    }

    @Test(arguments: ["Z", "Zg=", "Z===", "====", "Zm9v====", "Zm 9", "Zm-_", "ö"])
    func whatIsNoBase64IsRefused(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func base64OfEveryByte() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }

    // MARK: Headers

    private let methods = MethodTable(Echo.methods)

    private func headers(_ changes: [(String, String?)] = []) -> HPACKHeaders {
        var list = HPACKHeaders([
            (":method", "POST"), (":scheme", "http"), (":path", "/echo.Echo/Say"), ("content-type", "application/grpc"),
            ("te", "trailers"),
        ])
        for (name, value) in changes {
            list.remove(name: name)
            if let value { list.add(name: name, value: value) }
        }
        return list
    }

    @Test func headersOfACall() throws {
        let head = try GRPCRequestHead(
            headers([("grpc-timeout", "2S"), ("authorization", "Bearer x"), ("a-bin", "Zg==,Zm9v"), ("b", "1,2")]),
            methods)
        #expect(head.method == Echo.say)
        #expect(head.timeout == .seconds(2))
        #expect(!head.namesCompression)
        #expect(head.metadata.firstString("authorization") == "Bearer x")
        #expect(head.metadata.all("a-bin").map { String(buffer: $0) } == ["f", "foo"])
        #expect(head.metadata.all("b").map { String(buffer: $0) } == ["1,2"])
        #expect(head.metadata.first("c") == nil)
        #expect(!head.metadata.isEmpty)
    }

    @Test(arguments: [
        "application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8", "Application/GRPC+proto ; a=b",
    ])
    func contentTypesThatAreGRPC(_ type: String) throws {
        _ = try GRPCRequestHead(headers([("content-type", type)]), methods)
    }

    @Test(arguments: [
        ("content-type", nil, 415), ("content-type", "application/json", 415),
        ("content-type", "application/grpc-web", 415), ("content-type", "application/grpc+json", 415),
        (":method", "GET", 405),
    ])
    func whatIsNotGRPC(_ name: String, _ value: String?, _ status: Int) {
        #expect {
            _ = try GRPCRequestHead(headers([(name, value)]), methods)
        } throws: { error in
            if case GRPCRequestHead.Rejection.http(status) = error { true } else { false }
        }
    }

    @Test(arguments: [
        (":path", "/echo.Echo/Nope", StatusCode.unimplemented, "UNKNOWN_METHOD"),
        (":path", "/echo.Nope/Say", .unimplemented, "UNKNOWN_SERVICE"),
        (":path", "echo.Echo/Say", .unimplemented, "UNKNOWN_SERVICE"),
        (":path", "/", .unimplemented, "UNKNOWN_SERVICE"),
        (":path", "//", .unimplemented, "UNKNOWN_SERVICE"), (":path", "", .unimplemented, "UNKNOWN_SERVICE"),
        (":path", "/echo.Echo/Say/", .unimplemented, "UNKNOWN_SERVICE"),
        ("grpc-timeout", "1s", .invalidArgument, "TIMEOUT_MALFORMED"),
    ])
    func refusedHeaders(_ name: String, _ value: String, _ code: StatusCode, _ reason: String) {
        #expect {
            _ = try GRPCRequestHead(headers([(name, value)]), methods)
        } throws: { error in
            guard case GRPCRequestHead.Rejection.refusal(let refusal) = error else { return false }
            return refusal.code == code && refusal.reason == reason
        }
    }

    @Test func aCompressionIsNoted() throws {
        #expect(try GRPCRequestHead(headers([("grpc-encoding", "gzip")]), methods).namesCompression)
        #expect(try !GRPCRequestHead(headers([("grpc-encoding", "identity")]), methods).namesCompression)
    }

    // MARK: Allowances

    @Test func anAllowanceIsUsedUpAndComesBack() {
        var allowance = Allowance(capacity: 3, perSecond: 2, now: .uptimeNanoseconds(0))
        let later = NIODeadline.uptimeNanoseconds(1_500_000_000)
        func take(_ now: NIODeadline) -> Bool { allowance.take(now) }
        #expect((0..<4).map { _ in take(.uptimeNanoseconds(999_999_999)) } == [true, true, true, false])
        #expect((0..<3).map { _ in take(later) } == [true, true, false])
        #expect((0..<3).map { _ in take(.uptimeNanoseconds(2_000_000_000)) } == [true, true, false])
        #expect((0..<4).map { _ in take(.distantFuture) } == [true, true, true, false])
        allowance.earn(1)
        #expect((0..<2).map { _ in take(.distantFuture) } == [true, false])
        allowance.refill()
        #expect((0..<4).map { _ in take(.distantFuture) } == [true, true, true, false])
        // What was earned is more than what comes back, and time takes none of it away.
        var earning = Allowance(capacity: 1, perSecond: 1, most: 4, now: .uptimeNanoseconds(0))
        earning.earn(10)
        #expect((0..<5).map { _ in earning.take(.uptimeNanoseconds(0)) } == [true, true, true, true, false])
    }

    // MARK: Statuses

    @Test func aRefusalFitsInTrailers() {
        let long = Refusal(
            .invalidArgument, "NOT_LIKED", String(repeating: "ö", count: 100_000),
            violations: (0..<1_000).map { FieldViolation(field: "f\($0)", description: "no") })
        let trailers = GRPCStatus.trailers(long, isFirst: true)
        let size = trailers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
        #expect(size < 8 << 10)
        #expect(trailers.first(name: ":status") == "200")
        #expect(trailers.first(name: "grpc-status") == "3")
    }

    @Test func aRefusalInTrailersIsWhole() throws {
        let trailers = GRPCStatus.trailers(Echo.refusal, isFirst: false)
        #expect(trailers.first(name: ":status") == nil)
        #expect(trailers.first(name: "grpc-message") == "n%C3%B6")
        let details = try #require(trailers.first(name: "grpc-status-details-bin").flatMap { Base64.decode($0) })
        #expect(try Refusal.decode(statusBytes: details) == Echo.refusal)
    }
}
