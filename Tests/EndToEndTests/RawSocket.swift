import Foundation
import Fuzzing
import UsherContract
import UsherRPC

/// A frame as it came, and what it says where it is a Response.
struct RawFrame: Equatable {
    var streamID: UInt32
    var type: UInt8
    var flags: UInt8 = 0
    /// The encoded Response: `status = 1` or `payload = 2`, or nothing.
    var body: [UInt8]

    /// The refusal in it; nil for a success.
    var refusal: Refusal? {
        get throws { body.first == 0x0a ? try Refusal.decode(statusBytes: content) : nil }
    }

    /// The encoded message of a success.
    var payload: [UInt8]? { body.isEmpty ? [] : body.first == 0x12 ? content : nil }

    private var content: [UInt8] {
        var rest = body.dropFirst()
        while let byte = rest.popFirst(), byte >= 0x80 {}
        return Array(rest)
    }
}

/// A blocking TCP connection that sends just the bytes that it is given.
///
/// It is no client of ours on purpose: it sends what none would, stops where none would, and reads only when told.
final class RawSocket {
    private let descriptor: Int32
    private var isOpen = true
    private var received: [UInt8] = []
    private var streamID: UInt32 = 1

    /// Longer than any answer takes; a server that never answers fails a test instead of holding it up for good.
    private static let patienceSeconds = 60

    /// - Parameter source: the loopback address that it comes from: 1 is 127.0.0.1.
    init(port: Int, from source: UInt32 = 1) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if source != 1 { try Self.bind(descriptor, to: source) }
        var address = Self.loopback(1, port: port)
        var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            Glibc.close(descriptor)
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }

    deinit { close() }

    private static func loopback(_ host: UInt32, port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = (UInt32(0x7f00_0000) | host).bigEndian
        return address
    }

    private static func bind(_ descriptor: Int32, to host: UInt32) throws {
        var address = loopback(host, port: 0)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    /// Raises this process's limit of open files so that there can be `count` connections at once.
    static func allowMany(_ count: Int) {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < count + 256 else { return }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(count + 256))
        setrlimit(resource, &limit)
    }

    /// Sends all of it.
    ///
    /// - Returns: false where the server has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// The next frame; nil where the server closed, or was silent for longer than any answer takes.
    func frame() -> RawFrame? {
        while true {
            if received.count >= 10 {
                let length = received[..<4].reduce(0) { $0 << 8 | Int($1) }
                if received.count >= 10 + length {
                    defer { received.removeFirst(10 + length) }
                    return RawFrame(
                        streamID: received[4..<8].reduce(0) { $0 << 8 | UInt32($1) }, type: received[8],
                        flags: received[9], body: Array(received[10..<10 + length]))
                }
            }
            var chunk = [UInt8](repeating: 0, count: 64 << 10)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            received += chunk[..<count]
        }
    }

    /// The bytes of a call.
    func request(
        _ method: MethodDescriptor, _ payload: [UInt8] = [], id: UInt32, timeout: Duration = .zero,
        metadata: [(String, String)]
    ) -> [UInt8] {
        let envelope = WireBytes.envelope(
            service: method.service, method: method.name, payload: payload,
            timeoutNanoseconds: timeout.components.seconds * 1_000_000_000
                + timeout.components.attoseconds / 1_000_000_000, metadata: metadata)
        return WireBytes.frame(envelope, id: id)
    }

    /// Makes one call and waits for its answer; nil where the server closed. Of a server stream the answer is its first
    /// message, or an empty one; the rest is cancelled.
    ///
    /// - Parameter streamTimeout: how long a stream may have nothing to say.
    func call(
        _ method: MethodDescriptor, _ payload: [UInt8] = [], metadata: [(String, String)] = [],
        streamTimeout: Duration = .seconds(10)
    ) -> RawFrame? {
        let timeout = method.streaming == .unary ? .zero : streamTimeout
        let extensions = streamID == 1 ? [("usher-extensions", "1")] : []
        let id = streamID
        streamID += 2
        guard send(request(method, payload, id: id, timeout: timeout, metadata: metadata + extensions)),
            var answer = frame()
        else {
            return nil
        }
        // What a cancelled stream had sent before may still come.
        while answer.streamID < id, answer.streamID % 2 == 1, answer.type == Self.dataType {
            guard let next = frame() else { return nil }
            answer = next
        }
        // The answer is the same whatever the number of its stream.
        if answer.streamID == id { answer.streamID = 1 }
        guard answer.type == Self.dataType else { return answer }
        if answer.flags == 0 {
            let named = (0..<4).map { UInt8(truncatingIfNeeded: id >> (24 - 8 * $0)) }
            send(WireBytes.frame(named, id: 0, type: Self.cancelType))
        }
        return RawFrame(
            streamID: answer.streamID, type: 2, body: WireBytes.response(payload: answer.body))
    }

    private static let dataType: UInt8 = 3
    private static let cancelType: UInt8 = 6

    /// Ends this direction; the server may still answer.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes with a reset instead of an end.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        Glibc.close(descriptor)
    }
}
