import NIOCore
import Testing

@testable import UsherRPC

@Suite struct MessageReaderTests {
    static func message(_ payload: [UInt8], flag: UInt8 = 0, length: Int? = nil) -> [UInt8] {
        [flag] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: (length ?? payload.count) >> $0) } + payload
    }

    private func read(_ reader: inout MessageReader) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        while case .message(let message)? = reader.next() { messages.append(Array(message.readableBytesView)) }
        return messages
    }

    @Test func everySplitPoint() {
        let payloads: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 7, count: 20)]
        let input = payloads.flatMap { Self.message($0) }
        for split in 0...input.count {
            var reader = MessageReader()
            var messages: [[UInt8]] = []
            for part in [input[..<split], input[split...]] {
                reader.feed(ByteBuffer(bytes: part))
                messages += read(&reader)
            }
            #expect(messages == payloads, "split at \(split)")
            #expect(!reader.hasRest && reader.missing == 0)
        }
        var single = MessageReader()
        var messages: [[UInt8]] = []
        for byte in input {
            single.feed(ByteBuffer(bytes: [byte]))
            messages += read(&single)
        }
        #expect(messages == payloads)
    }

    @Test func whatIsMissingIsKnown() {
        var reader = MessageReader()
        #expect(reader.missing == 0)
        let input = Self.message([1, 2, 3])
        var missing: [Int] = []
        for byte in input {
            reader.feed(ByteBuffer(bytes: [byte]))
            missing.append(reader.missing)
            if reader.missing > 0 { #expect(reader.next() == nil) }
        }
        #expect(missing == [4, 3, 2, 1, 3, 2, 1, 0])
    }

    @Test func compressedAndOversizedMessagesAreTold() {
        var reader = MessageReader(maximumLength: 10)
        reader.feed(ByteBuffer(bytes: Self.message([1], flag: 1)))
        #expect(reader.next() == .compressed)
        reader.clear()
        #expect(!reader.hasRest)
        reader.feed(ByteBuffer(bytes: Self.message([], length: 11).prefix(5)))
        #expect(reader.next() == .oversized)
        reader.clear()
        reader.feed(ByteBuffer(bytes: Self.message(Array(repeating: 1, count: 10))))
        #expect(reader.next() == .message(ByteBuffer(repeating: 1, count: 10)))
    }

    /// A little of a message does not hold the receive buffer that it came in.
    @Test func aPieceIsCopied() {
        var reader = MessageReader()
        let received = ByteBuffer(bytes: Self.message([1, 2, 3]).prefix(6))
        reader.feed(received)
        #expect(reader.next() == nil)
        var copy = received
        // Would copy if the storage were shared; uniqueness cannot be asked for, its address can.
        let before = copy.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
        _ = consume received
        copy.setInteger(UInt8(9), at: copy.readerIndex)
        #expect(copy.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) } == before)
    }
}
