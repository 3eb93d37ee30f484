import NIOCore
import SwiftProtobuf
import Testing
import UsherRPC

/// SwiftProtobuf's own code is what the scanner is measured against.
@Suite struct RequestEnvelopeTests {
    private struct Scanned: Equatable {
        var service: String
        var method: String
        var payload: [UInt8]
        var timeout: Int64

        init(_ envelope: RequestEnvelope) {
            service = String(buffer: envelope.service)
            method = String(buffer: envelope.method)
            payload = Array(envelope.payload.readableBytesView)
            timeout = envelope.timeoutNanoseconds
        }

        init(_ message: WireRequest) {
            service = message.service
            method = message.method
            payload = Array(message.payload)
            timeout = message.timeoutNano
        }
    }

    private func scan(_ bytes: [UInt8]) -> RequestEnvelope? {
        // Not at the beginning of its storage, as in a connection's buffer.
        var buffer = ByteBuffer(bytes: [1, 2, 3] + bytes + [4])
        buffer.moveReaderIndex(forwardBy: 3)
        return RequestEnvelope.scan(buffer.getSlice(at: 3, length: bytes.count)!)
    }

    private func expectEqual(_ bytes: [UInt8], _ message: WireRequest, _ note: String) throws {
        let envelope = try #require(scan(bytes), "\(note)")
        #expect(Scanned(envelope) == Scanned(message), "\(note)")
        for key in Set(message.metadata.map { asciiLowercased($0.key) }) {
            let expected = message.metadata.filter { asciiLowercased($0.key) == key }.map(\.value)
            #expect(envelope.metadata.all(key).map { String(buffer: $0) } == expected, "\(note)")
            #expect(envelope.metadata.firstString(key) == expected.first, "\(note)")
        }
        #expect(envelope.metadata.isEmpty == message.metadata.isEmpty)
    }

    private func asciiLowercased(_ text: String) -> String {
        String(decoding: text.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }

    @Test func vector() throws {
        let envelope = try #require(scan(hex("0a096563686f2e4563686f 1203536179 1a040a026869")))
        #expect(String(buffer: envelope.service) == "echo.Echo")
        #expect(String(buffer: envelope.method) == "Say")
        #expect(Array(envelope.payload.readableBytesView) == hex("0a026869"))
        #expect(envelope.timeoutNanoseconds == 0)
        #expect(envelope.metadata.isEmpty)
    }

    @Test func nothingIsAnEnvelopeOfDefaults() throws { try expectEqual([], WireRequest(), "empty") }

    @Test func metadataIsFoundWithoutRegardToCase() throws {
        let message = WireRequest.with {
            $0.metadata = [("Authorization", "a"), ("authorization", "b"), ("x", ""), ("", "v"), ("Ä", "ä")]
                .map { pair in .with { ($0.key, $0.value) = pair } }
        }
        let metadata = try #require(scan(message.serializedBytes())).metadata
        #expect(metadata.all("authorization").map { String(buffer: $0) } == ["a", "b"])
        #expect(metadata.firstString("authorization") == "a")
        #expect(metadata.firstString("x") == "")
        #expect(metadata.firstString("") == "v")
        #expect(metadata.firstString("Ä") == "ä")
        #expect(metadata.first("organisation") == nil)
        #expect(metadata.first("authorizatio") == nil)
    }

    @Test(arguments: 0..<400) func randomEnvelopes(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let message = Self.message(&random)
        try expectEqual(message.serializedBytes(), message, "seed \(seed)")
        // The same fields in another order, some twice, with unknown ones in between: protobuf's own merge rules hold.
        let bytes = try Self.shuffled(message, &random)
        try expectEqual(bytes, WireRequest(serializedBytes: bytes), "shuffled, seed \(seed)")
    }

    @Test(arguments: 0..<20) func everyTruncation(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed) + 10_000)
        let bytes = try Self.shuffled(Self.message(&random), &random)
        for length in 0..<bytes.count { try compare(Array(bytes[..<length]), "seed \(seed), length \(length)") }
    }

    @Test(arguments: 0..<50) func mutations(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed) + 20_000)
        let original = try Self.shuffled(Self.message(&random), &random)
        guard !original.isEmpty else { return }
        for round in 0..<200 {
            var bytes = original
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            try compare(bytes, "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: [
        ("a field's number is 0", "0200"), ("a group", "0b0c"), ("the end of a group", "0c"),
        ("an unknown wire type", "0e00"), ("a varint of eleven bytes", "20ffffffffffffffffffff01"),
        ("a tag beyond 32 bits", "808080801000"), ("a length beyond the end", "1a05aa"),
        ("a length beyond memory", "1affffffffffffffffff01"), ("a service that is no UTF-8", "0a01ff"),
        ("a long service that is no UTF-8", "0a0a61616161616161616 1ff"), ("a method that is no UTF-8", "1202c328"),
        ("a key that is no UTF-8", "2a030a01ff"), ("a value that is no UTF-8", "2a031201ff"),
        ("metadata that is cut off", "2a020a05"), ("a fixed64 that is cut off", "31000000"),
        ("a fixed32 that is cut off", "350000"),
    ])
    func malformed(_ what: String, _ bytes: String) {
        #expect(scan(hex(bytes)) == nil, "\(what)")
        #expect(scan(hex("1203536179" + bytes)) == nil, "\(what)")
    }

    @Test(arguments: [
        ("the largest varint", "20ffffffffffffffffff01"), ("a varint that is longer than it needs to be", "20818000"),
        ("a known number with another type", "0805 1505000000 1d00000000 22026161 2805"), ("unknown fields", "f80705"),
    ])
    func accepted(_ what: String, _ bytes: String) throws {
        try expectEqual(hex(bytes), WireRequest(serializedBytes: hex(bytes)), what)
    }

    /// Either both read the bytes, and the same, or neither does; groups apart, which only SwiftProtobuf skips.
    private func compare(_ bytes: [UInt8], _ note: String) throws {
        if let message = try? WireRequest(serializedBytes: bytes) {
            guard scan(bytes) != nil || !Self.hasGroup(message) else { return }
            try expectEqual(bytes, message, note)
        } else {
            #expect(scan(bytes) == nil, "\(note)")
        }
    }

    private static func hasGroup(_ message: WireRequest) -> Bool {
        return ([message.unknownFields] + message.metadata.map(\.unknownFields)).contains { unknown in
            var bytes = Array(unknown.data)[...]
            while let tag = varint(&bytes) {
                switch tag & 7 {
                case 0: _ = varint(&bytes)
                case 1: bytes = bytes.dropFirst(8)
                case 2: bytes = bytes.dropFirst(Int(varint(&bytes) ?? 0))
                case 5: bytes = bytes.dropFirst(4)
                default: return true
                }
            }
            return false
        }
    }

    private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = bytes.popFirst() {
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    private static func message(_ random: inout SplitMix) -> WireRequest {
        .with { message in
            message.service = text(&random)
            message.method = text(&random)
            let size = Int.random(in: 0..<300, using: &random)
            message.payload = .init((0..<size).map { _ in .random(in: 0...255, using: &random) })
            message.timeoutNano = [0, 1, -1, .max, .min, .random(in: 0..<1 << 40, using: &random)]
                .randomElement(using: &random)!
            message.metadata = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
                .with {
                    $0.key = text(&random)
                    $0.value = text(&random)
                }
            }
        }
    }

    /// An envelope is scanned before anybody has shown a credential: two million empty entries are not.
    @Test(arguments: [("2a00", 256, 257), ("3200", 256, 257)])
    func anEnvelopeHasSoManyFields(field: String, good: Int, bad: Int) {
        func envelope(_ count: Int) -> ByteBuffer {
            ByteBuffer(bytes: Array(repeating: hex(field), count: count).flatMap { $0 })
        }
        #expect(RequestEnvelope.scan(envelope(good)) != nil && RequestEnvelope.scan(envelope(bad)) == nil)
    }

    @Test func metadataHasSoManyBytes() throws {
        func envelope(_ value: Int) throws -> ByteBuffer {
            let pair = WireRequest.with { $0.metadata = [.with { $0.value = String(repeating: "x", count: value) }] }
            return ByteBuffer(bytes: try pair.serializedBytes() as [UInt8])
        }
        #expect(RequestEnvelope.scan(try envelope((64 << 10) - 4)) != nil)
        #expect(RequestEnvelope.scan(try envelope((64 << 10) + 1)) == nil)
    }

    private static func text(_ random: inout SplitMix) -> String {
        let alphabet = Array("abcXYZ.-09äß€𝄞")
        return String((0..<Int.random(in: 0..<40, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
    }

    /// The fields of two messages and unknown ones, in any order.
    private static func shuffled(_ message: WireRequest, _ random: inout SplitMix) throws -> [UInt8] {
        var pieces: [[UInt8]] = []
        for source in [message, Self.message(&random)] {
            pieces.append(try WireRequest.with { $0.service = source.service }.serializedBytes())
            pieces.append(try WireRequest.with { $0.method = source.method }.serializedBytes())
            pieces.append(try WireRequest.with { $0.payload = source.payload }.serializedBytes())
            pieces.append(try WireRequest.with { $0.timeoutNano = source.timeoutNano }.serializedBytes())
            pieces += try source.metadata.map { pair in
                try WireRequest.with { $0.metadata = [pair] }.serializedBytes()
            }
        }
        pieces += [hex("320161"), hex("3805"), hex("41 0102030405060708"), hex("4d 01020304"), hex("aa7d 0100")]
        return pieces.shuffled(using: &random).flatMap { $0 }
    }
}
