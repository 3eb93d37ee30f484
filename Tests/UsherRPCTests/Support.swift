import Dispatch
import Logging
import NIOCore
import NIOPosix
import Synchronization
import UsherContract
import UsherRPC

typealias WireRequest = Usher_Client_Wire_Request
typealias WireResponse = Usher_Client_Wire_Response

let quietLogger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// Bytes written as hex digits; spaces are for the reader.
func hex(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue!) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// The same numbers for the same seed. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators".
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

func descriptor(_ service: String, _ name: String, _ streaming: StreamingKind = .unary) -> MethodDescriptor {
    MethodDescriptor(
        service: service, name: name, requestType: "\(service)\(name)Request", responseType: "\(service)\(name)Reply",
        streaming: streaming, idempotency: .noSideEffects, hasRequestID: false, requestContainsMap: false)
}

/// The methods of the test server.
enum Echo {
    /// Answers its payload, on the event loop.
    static let say = 0
    /// Answers its payload, from another thread.
    static let sayElsewhere = 1
    /// Is answered when the test says so.
    static let hold = 2
    /// Answers as many bytes as the payload says, a decimal number.
    static let blow = 3
    /// Refuses with everything that a refusal can say.
    static let refuse = 4

    /// "N SIZE": answers N messages of SIZE bytes, each its number modulo 256 throughout; "forever SIZE" has no end.
    static let watch = 5
    /// Answers how many messages came and how many bytes; "stall" stops taking them, "fail" refuses.
    static let upload = 6
    /// Answers every message with itself; "stop" ends the stream.
    static let chat = 7

    /// Answers the URIs in the client's certificate, on lines.
    static let who = 8

    /// With this payload the connection is known from then on, as if a good credential had come.
    static let trust = Array("trust".utf8)
    /// With this payload the connection is dismissed.
    static let dismiss = Array("dismiss".utf8)

    static let methods = [
        descriptor("echo.Echo", "Say"), descriptor("echo.Echo", "SayElsewhere"), descriptor("echo.Echo", "Hold"),
        descriptor("echo.Echo", "Blow"), descriptor("echo.Echo", "Refuse"),
        descriptor("echo.Echo", "Watch", .serverStreaming), descriptor("echo.Echo", "Upload", .clientStreaming),
        descriptor("echo.Echo", "Chat", .bidirectional), descriptor("echo.Echo", "Who"),
    ]

    static let refusal = Refusal(
        .invalidArgument, "NOT_LIKED", "nö", metadata: ["a": "1", "b": "2"],
        violations: [FieldViolation(field: "code", description: "must be liked")], retryAfter: .milliseconds(1_500))
}

final class EchoHandler: CallHandler {
    private let held = Mutex<[Reply]>([])
    private let handled = Atomic<Int>(0)

    /// Calls that came.
    var count: Int { handled.load(ordering: .acquiring) }
    var heldCount: Int { held.withLock { $0.count } }

    func handle(_ call: InboundCall, reply: Reply) {
        handled.add(1, ordering: .acquiringAndReleasing)
        let payload = Array(call.payload.readableBytesView)
        if payload == Echo.trust { call.connection.trust() }
        if payload == Echo.dismiss { call.connection.dismiss() }
        switch call.method {
        case Echo.say: reply.send(.success(payload))
        case Echo.sayElsewhere: DispatchQueue.global().async { reply.send(.success(payload)) }
        case Echo.hold: held.withLock { $0.append(reply) }
        case Echo.who: reply.send(.success(Array(call.connection.certificateURIs.joined(separator: "\n").utf8)))
        case Echo.blow:
            reply.send(.success([UInt8](repeating: 7, count: Int(String(decoding: payload, as: UTF8.self))!)))
        default: reply.send(.failure(Echo.refusal))
        }
    }

    func begin(_ call: InboundCall, stream: ServerStream) {
        handled.add(1, ordering: .acquiringAndReleasing)
        let method = call.method
        stream.run(isEndless: method == Echo.watch) {
            do {
                switch method {
                case Echo.watch: try await Self.watch(stream)
                case Echo.upload: return .success(try await Self.upload(stream))
                default: try await Self.chat(stream)
                }
                return .success(nil)
            } catch {
                return .failure(error as? Refusal ?? Refusal(.cancelled, "TASK_CANCELLED", "\(error)"))
            }
        }
    }

    private static func watch(_ stream: ServerStream) async throws {
        guard let request = try await stream.receive(), try await stream.receive() == nil else { throw Echo.refusal }
        let words = String(decoding: request, as: UTF8.self).split(separator: " ")
        guard words.count == 2, let size = Int(words[1]) else { throw Echo.refusal }
        let count = words[0] == "forever" ? Int.max : Int(words[0])!
        for number in 0..<count {
            try await stream.send([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size))
        }
    }

    private static func upload(_ stream: ServerStream) async throws -> [UInt8] {
        var (count, bytes) = (0, 0)
        while let message = try await stream.receive() {
            if message == Array("fail".utf8) { throw Echo.refusal }
            if message == Array("stall".utf8) { try await never() }
            (count, bytes) = (count + 1, bytes + message.count)
        }
        return Array("\(count) \(bytes)".utf8)
    }

    /// Waits until the task is cancelled. A sleep would leave its timer behind.
    private static func never() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in stream {}
        continuation.finish()
        try Task.checkCancellation()
    }

    private static func chat(_ stream: ServerStream) async throws {
        while let message = try await stream.receive(), message != Array("stop".utf8) {
            try await stream.send(message)
        }
    }

    /// Answers every call that is held.
    func release(_ payload: [UInt8] = []) {
        let replies = held.withLock { held in
            defer { held = [] }
            return held
        }
        for reply in replies { reply.send(.success(payload)) }
    }
}

/// Runs a server on a free port of this host for as long as `body` takes.
func withServer<Result>(
    _ configure: (inout RPCServerConfiguration) -> Void = { _ in },
    _ body: (_ port: Int, _ handler: EchoHandler, _ server: RPCServer) async throws -> Result
) async throws -> Result {
    var configuration = RPCServerConfiguration()
    configuration.port = 0
    configuration.eventLoopThreads = 2
    // A slow machine is no reason to fail: only tests of time set times.
    configuration.maximumTimeout = .seconds(600)
    configure(&configuration)
    let handler = EchoHandler()
    let server = try RPCServer(
        configuration: configuration, methods: Echo.methods, handler: handler, logger: quietLogger)
    let port = try await server.start().port
    do {
        let result = try await body(port, handler, server)
        await server.drain(grace: .milliseconds(1))
        return result
    } catch {
        await server.drain(grace: .milliseconds(1))
        throw error
    }
}

func connect(_ port: Int, host: String = "127.0.0.1", tls: ClientTLS? = nil) async throws -> ClientConnection {
    try await ClientConnection.connect(
        host: host, port: port, group: MultiThreadedEventLoopGroup.singleton, connectTimeout: .seconds(60), tls: tls)
}

extension ClientConnection {
    func echo(_ method: String, _ payload: [UInt8], timeout: Duration? = nil) async throws -> [UInt8] {
        try await call(service: "echo.Echo", method: method, payload: payload, timeout: timeout, metadata: [])
    }
}

/// Waits until something is so; a test that waits in vain is ended by its time limit.
func eventually(_ condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(1)) }
}
