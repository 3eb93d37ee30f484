import Synchronization
import UsherAPI

// Requests that are encoded before a measurement, so that it spends nothing on making them.

/// Uses of vouchers that are ready to be sent, each once.
final class Redemptions: Sendable {
    /// Encodes the use of a code by one of the viewers.
    typealias Request = @Sendable (_ code: String, _ viewer: Int, _ requestID: String) throws -> [UInt8]

    private struct State {
        var ready: ArraySlice<[UInt8]> = []
        var made = 0
    }

    private let prefix: String
    private let viewers: Int
    private let request: Request
    private let state = Mutex(State())

    /// - Parameters:
    ///   - prefix: of the request ids, so that no two stocks of one server make the same.
    ///   - viewers: how many use codes in turn.
    init(prefix: String, viewers: Int = BenchLimits.viewers, request: @escaping Request) {
        (self.prefix, self.viewers, self.request) = (prefix, viewers, request)
    }

    /// RedeemVoucher, by viewers whose names begin so.
    static func redeem(by viewers: String) -> Request {
        { code, viewer, requestID in
            try Usher_Vouchers_V1_RedeemVoucherRequest.with {
                ($0.code, $0.viewerID, $0.requestID) = (code, viewers + String(viewer), requestID)
            }.serializedBytes()
        }
    }

    var count: Int { state.withLock { $0.ready.count } }

    func next() -> [UInt8]? { state.withLock { $0.ready.popFirst() } }

    /// Up to `count` at once.
    func next(_ count: Int) -> [[UInt8]] {
        state.withLock { state in
            defer { state.ready = state.ready.dropFirst(count) }
            return Array(state.ready.prefix(count))
        }
    }

    /// One use of each code, not in the order in which the codes were made.
    func add(_ codes: [String]) throws {
        try state.withLock { state in
            var encoded: [[UInt8]] = []
            encoded.reserveCapacity(state.ready.count + codes.count)
            encoded += state.ready
            for position in codes.indices {
                let number = String(state.made)
                // As long as a UUID, which is what clients send.
                let requestID = String(repeating: "0", count: 36 - prefix.count - number.count) + prefix + number
                encoded.append(
                    try request(
                        codes[Scatter.index(position, of: codes.count)],
                        Scatter.index(state.made % viewers, of: viewers), requestID))
                state.made += 1
            }
            state.ready = encoded[...]
        }
    }
}

/// Scans that are ready to be sent, one for each ticket.
final class Scans: Sendable {
    private let state = Mutex<(ready: ArraySlice<[UInt8]>, made: Int)>(([], 0))

    var count: Int { state.withLock { $0.ready.count } }

    func next() -> [UInt8]? { state.withLock { $0.ready.popFirst() } }

    /// One entry for each barcode, not in the order in which the tickets were made, as a scanner of ours sends it.
    func add(_ barcodes: [String], performanceID: String) throws {
        try state.withLock { state in
            var encoded = Array(state.ready)
            for position in barcodes.indices {
                let number = String(state.made)
                let request = Usher_Admission_V1_ScanBarcodeRequest.with {
                    $0.barcode = barcodes[Scatter.index(position, of: barcodes.count)]
                    ($0.performanceID, $0.gate, $0.deviceID) = (performanceID, "north", "scanner-\(state.made % 8)")
                    ($0.nonce, $0.requestID) = (number, String(repeating: "0", count: 36 - number.count) + number)
                }
                encoded.append(try request.serializedBytes())
                state.made += 1
            }
            state.ready = encoded[...]
        }
    }

    /// Whether a reply says OK right after the scan's id of 17 bytes; decoding it would cost more than the frame.
    @Sendable static func isOK(_ reply: [UInt8]) -> Bool { reply.dropFirst(19).starts(with: [0x10, 0x01]) }
}

/// Access checks of viewers who have access, over and over.
final class Questions: Sendable {
    private let encoded: [[UInt8]]
    private let batches: [[UInt8]]
    private let asked = Atomic<Int>(0)

    init(viewers: String, count: Int = BenchLimits.viewers, assetID: String) throws {
        func question(_ number: Int) -> Usher_Access_V1_CheckAccessRequest {
            .with { ($0.viewerID, $0.assetID) = (viewers + String(number), assetID) }
        }
        encoded = try (0..<count).map { try question($0).serializedBytes() }
        batches = try (0..<BenchLimits.batches).map { batch in
            try Usher_Access_V1_BatchCheckAccessRequest.with { request in
                request.checks = (0..<BenchLimits.questionsPerCall).map { position in
                    question(Scatter.index((batch * BenchLimits.questionsPerCall + position) % count, of: count))
                }
            }.serializedBytes()
        }
    }

    func next() -> [UInt8] {
        let number = asked.add(1, ordering: .relaxed).oldValue % encoded.count
        return encoded[Scatter.index(number, of: encoded.count)]
    }

    func nextBatch() -> [UInt8] { batches[asked.add(1, ordering: .relaxed).oldValue % batches.count] }

    /// Whether an answer begins with `allowed: true`; decoding it would cost more than the frame.
    @Sendable static func isYes(_ reply: [UInt8]) -> Bool { reply.starts(with: [0x08, 0x01]) }

    /// Whether an answer has a result for every question, by its length; decoding it would cost more than the frame.
    @Sendable static func areMany(_ reply: [UInt8]) -> Bool { reply.count > BenchLimits.questionsPerCall * 2 }
}

/// Sessions that viewers begin, without end.
final class Plays: Sendable {
    private let viewers: String
    private let count: Int
    private let assetID: String
    private let begun = Atomic<Int>(0)

    init(viewers: String, count: Int, assetID: String) {
        (self.viewers, self.count, self.assetID) = (viewers, count, assetID)
    }

    func next() -> [UInt8]? {
        let number = begun.add(1, ordering: .relaxed).oldValue
        let id = String(number)
        return try? Usher_Access_V1_StartPlaybackRequest.with {
            ($0.viewerID, $0.assetID) = (viewers + String(Scatter.index(number % count, of: count)), assetID)
            // As long as a UUID, which is what clients send.
            $0.requestID = "play" + String(repeating: "0", count: 32 - id.count) + id
        }.serializedBytes()
    }
}

/// An order in which neighbours are far apart, the same in every run: people do not come in the order of the tables.
enum Scatter {
    /// A prime, so that every index comes once.
    private static let step = 7_919

    static func index(_ position: Int, of count: Int) -> Int {
        count.isMultiple(of: step) ? position : position * step % count
    }
}
