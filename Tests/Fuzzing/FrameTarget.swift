import NIOCore
import UsherRPC

/// `FrameDecoder`: however its bytes are cut, it gives the frames that a plain reading of all bytes gives, and holds no
/// more memory than has arrived.
public struct FrameTarget: FuzzTarget {
    public let name = "frames"

    public init() {}

    public var seeds: [[UInt8]] {
        let call = WireBytes.frame(
            WireBytes.envelope(service: "echo.Echo", method: "Say", payload: [0x0a, 0x02, 0x68, 0x69]))
        let small = WireBytes.frame([1, 2, 3], id: 7, type: 3, flags: 5)
        return [
            call, small, WireBytes.frame([], id: 5, type: 3, flags: 5), call + small + call,
            WireBytes.frame([9], length: 5_000_000), WireBytes.frame([9, 9, 9], length: 2) + small,
            WireBytes.frame(Array(repeating: 1, count: FuzzLimits.smallFrame + 1)) + small, [1] + small,
        ]
    }

    public func check(_ input: [UInt8]) throws -> FuzzOutcome {
        let seed = input.reduce(UInt64(input.count)) { $0 &* 31 &+ UInt64($1) }
        var random = SplitMix(seed: seed)
        let limit = random.below(2) == 0 ? FuzzLimits.smallFrame : RPCLimits.frameBytes
        let expected = Self.read(input, limit: limit)
        var decoder = FrameDecoder(maximumLength: limit)
        var events: [FrameDecoder.Event] = []
        var fed = 0
        while fed < input.count, events.last != .foreign {
            let end = min(input.count, fed + 1 + random.below(random.below(8) == 0 ? input.count : 24))
            decoder.feed(ByteBuffer(bytes: input[fed..<end]))
            fed = end
            while let event = decoder.next() {
                events.append(event)
                if event == .foreign { break }
            }
            try require(decoder.heldBytes <= 4 * fed + FuzzLimits.heldSlack, "holds \(decoder.heldBytes) bytes", input)
            if random.below(2) == 0 { decoder.settle() }
        }
        try require(events == expected.events, "gives \(events), not \(expected.events)", input)
        if events.last != .foreign {
            try require(decoder.hasRest == expected.hasRest, "hasRest is \(decoder.hasRest)", input)
        }
        return events.contains { if case .frame = $0 { true } else { false } } ? .accepted : .refused
    }

    /// All bytes at once, by indices.
    private static func read(_ input: [UInt8], limit: Int) -> (events: [FrameDecoder.Event], hasRest: Bool) {
        func integer(_ offset: Int) -> UInt32 { input[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        var events: [FrameDecoder.Event] = []
        var position = 0
        while position < input.count {
            if input[position] != 0 { return (events + [.foreign], true) }
            guard input.count - position >= 10 else { return (events, true) }
            let header = FrameHeader(
                length: integer(position), streamID: integer(position + 4),
                type: FrameType(rawValue: input[position + 8]), flags: input[position + 9])
            let body = position + 10
            let end = body + Int(header.length)
            if Int(header.length) > limit {
                events.append(.oversized(header))
            } else if end > input.count {
                return (events, true)
            } else {
                events.append(.frame(header, body: ByteBuffer(bytes: input[body..<end])))
            }
            position = end
        }
        return (events, position > input.count)
    }
}
