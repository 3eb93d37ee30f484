import NIOCore
import Testing
import UsherRPC

@Suite struct FrameDecoderTests {
    private func decode(_ chunks: [[UInt8]], limit: Int = RPCLimits.frameBytes) -> [FrameDecoder.Event] {
        var decoder = FrameDecoder(maximumLength: limit)
        var events: [FrameDecoder.Event] = []
        for chunk in chunks {
            decoder.feed(ByteBuffer(bytes: chunk))
            while let event = decoder.next() {
                events.append(event)
                if event == .foreign { return events }
            }
            decoder.settle()
        }
        return events
    }

    private let vectors = hex(
        """
        00000016 00000001 01 00 0a096563686f2e4563686f 1203536179 1a040a026869
        00000006 00000001 02 00 12040a026869
        00000011 00000003 02 00 0a0f 080c 120b 6d6574686f64204e6f7065
        00000000 00000005 03 05
        """)

    @Test func vectorsOfTheSpecification() throws {
        let events = decode([vectors])
        try #require(events.count == 4)
        let expected: [(FrameHeader, String)] = [
            (.init(length: 22, streamID: 1, type: .request), "0a096563686f2e4563686f12035361791a040a026869"),
            (.init(length: 6, streamID: 1, type: .response), "12040a026869"),
            (.init(length: 17, streamID: 3, type: .response), "0a0f080c120b6d6574686f64204e6f7065"),
            (.init(length: 0, streamID: 5, type: .data, flags: 5), ""),
        ]
        for (event, (header, body)) in zip(events, expected) {
            #expect(event == .frame(header, body: ByteBuffer(bytes: hex(body))))
        }
    }

    /// A large frame between small ones, one that is skipped, and an unknown type.
    @Test func everySplitPoint() {
        let bytes =
            vectors + frame(7, .request, [UInt8](repeating: 9, count: 60)) + frame(9, FrameType(rawValue: 77), [1])
            + vectors
        let whole = decode([bytes], limit: 50)
        #expect(whole.count == 10)
        #expect(whole[4] == .oversized(.init(length: 60, streamID: 7, type: .request)))
        for first in 0...bytes.count {
            #expect(decode([Array(bytes[..<first]), Array(bytes[first...])], limit: 50) == whole, "split at \(first)")
        }
        for first in stride(from: 0, through: bytes.count, by: 3) {
            for second in stride(from: first, through: bytes.count, by: 5) {
                let chunks = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                #expect(decode(chunks, limit: 50) == whole, "split at \(first) and \(second)")
            }
        }
        #expect(decode(bytes.map { [$0] }, limit: 50) == whole)
    }

    @Test func lengthAtTheLimitIsTakenAndOneMoreIsNot() {
        let body = [UInt8](repeating: 1, count: RPCLimits.frameBytes)
        #expect(
            decode([frame(1, .request, body)]) == [
                .frame(.init(length: UInt32(body.count), streamID: 1, type: .request), body: ByteBuffer(bytes: body))
            ])
        #expect(
            decode([frame(1, .request, body + [1])]) == [
                .oversized(.init(length: UInt32(body.count + 1), streamID: 1, type: .request))
            ])
    }

    @Test func theReservedByteIsJudgedBeforeTheHeaderIsWhole() {
        #expect(decode([[0x01]]) == [.foreign])
        #expect(decode([hex("00000000 00000005 03 05"), hex("16")]).last == .foreign)
    }

    /// Small frames whose ends never meet a read's end, for long: what is held stays small.
    @Test func memoryFollowsWhatIsUndecoded() {
        let stream = (0..<20_000).flatMap { frame(UInt32($0), .request, [UInt8](repeating: 1, count: 53)) }
        var decoder = FrameDecoder()
        var count = 0
        for start in stride(from: 0, to: stream.count, by: 4_099) {
            decoder.feed(ByteBuffer(bytes: stream[start..<min(start + 4_099, stream.count)]))
            while decoder.next() != nil { count += 1 }
            decoder.settle()
            #expect(decoder.heldBytes <= 2_048)
        }
        #expect(count == 20_000)
        #expect(decoder.heldBytes == 0)
    }

    /// A header that announces 4 MiB takes no memory by itself.
    @Test func memoryIsNotReservedFromAHeaderAlone() {
        var decoder = FrameDecoder()
        decoder.feed(ByteBuffer(bytes: hex("00400000 00000001 01 00") + [UInt8](repeating: 0, count: 100)))
        #expect(decoder.next() == nil)
        decoder.settle()
        #expect(decoder.heldBytes <= 2_048)
    }
}
