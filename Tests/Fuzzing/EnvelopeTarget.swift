import NIOCore
import SwiftProtobuf
import UsherRPC

/// `RequestEnvelope.scan`: it takes what SwiftProtobuf takes, groups apart, and reads the same out of it.
public struct EnvelopeTarget: FuzzTarget {
    public let name = "envelope"

    public init() {}

    public var seeds: [[UInt8]] {
        let metadata = [("Authorization", "Bearer x"), ("organisation", "nordfilm"), ("organisation", "två")]
        let whole = WireBytes.envelope(
            service: "usher.vouchers.v1.VoucherService", method: "RedeemVoucher", payload: [0x0a, 0x01, 0x41],
            timeoutNanoseconds: 2_000_000_000, metadata: metadata)
        return [
            whole, [], WireBytes.envelope(service: "a", method: "b", timeoutNanoseconds: -1),
            whole + WireBytes.field(99, [1, 2]) + WireBytes.envelope(service: "ü", method: "", metadata: metadata),
            [0x08, 0x01, 0x25, 1, 2, 3, 4, 0x29, 1, 2, 3, 4, 5, 6, 7, 8], [0x2a, 0x02, 0x0b, 0x0c],
            [0x2a, 0x00, 0x2a, 0x04, 0x0a, 0x02, 0xc3, 0xa5], [0x80, 0x80, 0x00],
            // A tag in six bytes, which was taken once.
            [0xc0, 0x96, 0xff, 0x88, 0x8f, 0x00, 0x20],
        ]
    }

    public func check(_ input: [UInt8]) throws -> FuzzOutcome {
        // The envelope stands amid other bytes, so that reading beyond it is seen in what is read.
        var buffer = ByteBuffer(bytes: [0x0a, 0x03] + input + [0x0a, 0x7f, 0x41, 0x41])
        buffer.moveReaderIndex(forwardBy: 2)
        guard let slice = buffer.readSlice(length: input.count) else { return .refused }
        let expected = try? Usher_Client_Wire_Request(serializedBytes: input)
        guard let envelope = RequestEnvelope.scan(slice) else {
            let isFine = expected != nil && !Self.hasGroup(input[...], nested: true)
            try require(!isFine, "refused, and SwiftProtobuf reads it", input)
            return .refused
        }
        guard let expected else {
            try require(false, "accepted, and SwiftProtobuf refuses it", input)
            return .refused
        }
        try require(String(buffer: envelope.service) == expected.service, "another service", input)
        try require(String(buffer: envelope.method) == expected.method, "another method", input)
        try require(Array(envelope.payload.readableBytesView) == Array(expected.payload), "another payload", input)
        try require(envelope.timeoutNanoseconds == expected.timeoutNano, "another timeout", input)
        for key in Set(expected.metadata.map { Self.lowercase($0.key) }).union(["authorization", "absent", ""]) {
            let values = expected.metadata.filter { Self.lowercase($0.key) == key }.map(\.value)
            try require(envelope.metadata.all(key).map { String(buffer: $0) } == values, "other values", input)
            try require(envelope.metadata.firstString(key) == values.first, "another first value", input)
        }
        return .accepted
    }

    private static func lowercase(_ text: String) -> String {
        String(
            decoding: text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 },
            as: UTF8.self)
    }

    /// Whether a field before the first mistake is a group, which proto3 does not have and SwiftProtobuf skips.
    private static func hasGroup(_ bytes: ArraySlice<UInt8>, nested: Bool) -> Bool {
        var rest = bytes
        while let tag = varint(&rest) {
            let length: UInt64
            switch tag & 7 {
            case 0: length = varint(&rest) == nil ? .max : 0
            case 1: length = 8
            case 2: length = varint(&rest) ?? .max
            case 3, 4: return true
            case 5: length = 4
            default: return false
            }
            guard length <= UInt64(rest.count) else { return false }
            let content = rest.prefix(Int(length))
            if nested, tag == 5 << 3 | 2, hasGroup(content, nested: false) { return true }
            rest = rest.dropFirst(Int(length))
        }
        return false
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
