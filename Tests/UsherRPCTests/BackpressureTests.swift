import Testing
import UsherRPC

@Suite(.timeLimit(.minutes(10))) struct BackpressureTests {
    private static let size = 256 << 10
    private static let calls = 400

    /// A client that sends and never reads is served until the socket is full and the mark is reached, and no further;
    /// once it reads, it gets every answer.
    @Test func aClientThatDoesNotReadIsNotServedForever() async throws {
        try await withUnreadCalls(highMark: 1 << 20) { connection, handler in
            // The mark, one turn beyond it, and what the kernel holds for both ends.
            #expect(handler.count * Self.size <= 48 << 20)
            for number in 0..<Self.calls {
                let answer = await connection.frame()
                guard answer?.header.streamID == UInt32(number * 2 + 1), answer?.payload?.count == Self.size else {
                    Issue.record("answer \(number)")
                    return
                }
            }
            #expect(handler.count == Self.calls)
        }
    }

    /// The control: without a mark every call is answered into memory, which is how the test above would notice.
    @Test func withoutAMarkItWouldBe() async throws {
        try await withUnreadCalls(highMark: 1 << 30) { _, handler in
            try await eventually { handler.count == Self.calls }
        }
    }

    /// Sends the calls, and reads nothing until no more of them are served.
    private func withUnreadCalls(
        highMark: Int, _ body: (RawConnection, EchoHandler) async throws -> Void
    ) async throws {
        try await withServer({
            $0.unsentHighMark = highMark
            $0.inFlightPerConnection = 8
        }) { port, handler, _ in
            let connection = try await RawConnection(port: port)
            connection.push(
                try (0..<Self.calls).flatMap {
                    try request(UInt32($0 * 2 + 1), "Blow", Array("\(Self.size)".utf8))
                })
            var last = -1
            while last != handler.count || last == 0 {
                last = handler.count
                try await Task.sleep(for: .milliseconds(300))
            }
            try await body(connection, handler)
        }
    }
}
