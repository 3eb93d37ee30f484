import Glibc
import NIOCore
import NIOHPACK
import Synchronization
import Testing
import UsherContract

@testable import UsherRPC

/// Connections that are cut anywhere in the middle of streams leave no memory behind. Each measurement is a process of
/// its own, in which nothing else allocates.
@Suite(.serialized, .timeLimit(.minutes(10))) struct CutConnectionTests {
    @Test func ttrpcLeavesNothing() async {
        await #expect(processExitsWith: .success) { try await CutConnections.measure(CutConnections.ttrpc()) }
    }

    @Test func grpcLeavesNothing() async {
        await #expect(processExitsWith: .success) { try await CutConnections.measure(CutConnections.grpc()) }
    }

    /// The control: a few pages for each connection are found.
    @Test func aLeakIsFound() async {
        await #expect(processExitsWith: .exitCode(CutConnections.leakFound)) {
            try await CutConnections.measure(CutConnections.ttrpc(), leak: 16_384)
        }
    }
}

private enum CutConnections {
    static let leakFound: Int32 = 3
    /// Connections before the measurement, until pools and tables are as large as they get; and those of it.
    private static let warmUp = 400
    private static let measured = 1_000
    /// What grows by chance, as by more connections at once than before, does not grow each time; a leak does.
    private static let attempts = 5
    /// What a connection may seem to leave on average, in bytes: pages that are in use for little else.
    private static let tolerance = 2_048

    /// Ends the process with ``leakFound`` where memory has grown.
    ///
    /// - Parameters:
    ///   - exchange: what a client sends, cut at random.
    ///   - leak: bytes that the server's handler keeps of each connection that has made a call.
    static func measure(_ exchange: [UInt8], leak: Int = 0) async throws {
        var configuration = RPCServerConfiguration()
        (configuration.port, configuration.eventLoopThreads) = (0, 2)
        let server = try RPCServer(
            configuration: configuration, methods: Echo.methods, handler: KeepingHandler(leak), logger: quietLogger)
        let port = try await server.start().port
        var random = SplitMix(state: 1)
        var before = try await used(by: server) { try cut(exchange, warmUp, port, &random) }
        var each = 0
        for _ in 0..<attempts {
            let after = try await used(by: server) { try cut(exchange, measured, port, &random) }
            each = (after - before) / measured
            print("\(each) bytes are left of each connection that was cut")
            if each <= tolerance { break }
            before = after
        }
        await server.drain(grace: .seconds(1))
        if each > tolerance { exit(leakFound) }
    }

    /// Memory in use after `work`, when all streams have ended and it falls no more, in bytes.
    private static func used(by server: RPCServer, after work: () throws -> Void) async throws -> Int {
        try work()
        try await eventually { server.streams.streamCount == 0 && server.streams.taskCount == 0 }
        var (least, unchanged) = (Int.max, 0)
        while unchanged < 50 {
            try await Task.sleep(for: .milliseconds(5))
            let used = resident()
            unchanged = used < least ? 0 : unchanged + 1
            least = min(least, used)
        }
        return least
    }

    /// Memory that the process has of the kernel, in bytes, what it could give back apart. Source: proc(5), `statm`.
    private static func resident() -> Int {
        typealias Trim = @convention(c) (Int) -> CInt
        // glibc's; its header is not among those that Swift imports.
        if let trim = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(trim, to: Trim.self)(0) }
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [UInt8](repeating: 0, count: 256)
        let length = fread(&line, 1, line.count, file)
        let pages = String(decoding: line[..<length], as: UTF8.self).split(separator: " ").dropFirst().first
        return (pages.flatMap { Int($0) } ?? 0) * sysconf(CInt(_SC_PAGESIZE))
    }

    private static func cut(_ exchange: [UInt8], _ count: Int, _ port: Int, _ random: inout SplitMix) throws {
        for _ in 0..<count {
            let descriptor = try connected(port)
            let length = Int.random(in: 1...exchange.count, using: &random)
            _ = send(descriptor, exchange, length, CInt(MSG_NOSIGNAL))
            if Bool.random(using: &random) {
                var buffer = [UInt8](repeating: 0, count: Int.random(in: 1...10_000, using: &random))
                _ = recv(descriptor, &buffer, buffer.count, 0)
            }
            if Bool.random(using: &random) {
                // Without a goodbye: the server is told by a reset.
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            }
            close(descriptor)
        }
    }

    private static func connected(_ port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // An exchange that was cut early has no answer.
        var patience = timeval(tv_sec: 0, tv_usec: 2_000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw IOError(errnoCode: errno, reason: "connect") }
        return descriptor
    }

    /// Streams of all kinds, some of which end and some of which never do.
    static func ttrpc() throws -> [UInt8] {
        try request(1, "Watch", Array("forever 1000".utf8), flags: 1)
            + request(3, "Watch", Array("3 10".utf8), flags: 1)
            + request(5, "Upload", flags: 2) + frame(5, .data, [UInt8](repeating: 1, count: 900))
            + request(7, "Upload", Array("stall".utf8), flags: 2) + frame(7, .data, [UInt8](repeating: 1, count: 900))
            + request(9, "Chat", flags: 2) + frame(9, .data, [1, 2, 3]) + frame(9, .data, [], flags: 5)
    }

    /// The same over HTTP/2.
    static func grpc() throws -> [UInt8] {
        var buffer = ByteBuffer(string: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
        func write(_ type: UInt8, _ flags: UInt8, _ id: UInt32, _ body: ByteBuffer) {
            buffer.writeMultipleIntegers(UInt32(body.readableBytes) << 8 | UInt32(type), flags, id)
            buffer.writeImmutableBuffer(body)
        }
        func call(_ id: UInt32, _ method: String, _ messages: [[UInt8]], ends: Bool) throws {
            var headers = ByteBuffer()
            try encoder.encode(
                headers: [
                    ":method": "POST", ":scheme": "http", ":path": "/echo.Echo/\(method)", ":authority": "localhost",
                    "content-type": "application/grpc", "te": "trailers",
                ], to: &headers)
            write(1, 4, id, headers)
            for message in messages { write(0, 0, id, ByteBuffer(bytes: MessageReaderTests.message(message))) }
            if ends { write(0, 1, id, ByteBuffer()) }
        }
        write(4, 0, 0, ByteBuffer())
        try call(1, "Watch", [Array("forever 1000".utf8)], ends: true)
        try call(3, "Watch", [Array("3 10".utf8)], ends: true)
        try call(5, "Upload", [[UInt8](repeating: 1, count: 900)], ends: false)
        try call(7, "Upload", [Array("stall".utf8), [UInt8](repeating: 1, count: 900)], ends: false)
        try call(9, "Chat", [[1, 2, 3]], ends: true)
        return Array(buffer.readableBytesView)
    }
}

/// The test server's handler, which can be told to leak.
private final class KeepingHandler: CallHandler {
    private let echo = EchoHandler()
    private let leak: Int
    private let kept = Mutex<[[UInt8]]>([])

    init(_ leak: Int) { self.leak = leak }

    func handle(_ call: InboundCall, reply: Reply) { echo.handle(call, reply: reply) }

    func begin(_ call: InboundCall, stream: ServerStream) {
        if leak > 0, call.connection.attachment == nil {
            call.connection.attachment = true
            kept.withLock { $0.append([UInt8](repeating: 1, count: leak)) }
        }
        echo.begin(call, stream: stream)
    }
}
