public import NIOCore
public import NIOPosix
public import UsherAPI
public import UsherContract
public import UsherRPC

/// A client of one Usher server: keeps a connection, makes it anew when it is lost, and repeats what may be repeated.
///
///     let client = UsherClient(host: "127.0.0.1", port: 7420, key: key)
///     let vouchers = Usher_Vouchers_V1_VoucherServiceClient(transport: client)
///     let reply = try await vouchers.redeemVoucher(.with { $0.code = "123456789"; $0.viewerID = "anna" })
///
/// A mutating request without a `request_id` is given one. With it, or when the method changes nothing, a call whose
/// answer was lost is made again until its time is over: the server does it once, and repeats its reply. Refusals are
/// thrown as `Refusal` and are never repeated, but for those that say when to come back.
public final class UsherClient: UnaryTransport {
    private let key: String?
    private let defaults: CallOptions
    let attempts: Int
    private let connections: ConnectionKeeper
    let streamConnections = StreamConnections()
    private let address: (host: String, port: Int)
    private let tls: ClientTLS?
    private let group: any EventLoopGroup
    private let newRequestID: @Sendable () -> String

    /// - Parameters:
    ///   - key: sent with every call; nil for calls that need none.
    ///   - tls: encrypts the connection; nil does not.
    ///   - defaults: for whatever a call's own options leave open; a call without any time limit has 30 seconds.
    ///   - attempts: how often a call is made at most; 1 never repeats one.
    ///   - group: the event loops to run on.
    public init(
        host: String, port: Int, key: String?, tls: ClientTLS? = nil, defaults: CallOptions = CallOptions(),
        attempts: Int = 6,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        newRequestID: @escaping @Sendable () -> String = RequestIDs.random
    ) {
        self.key = key
        self.defaults = defaults
        self.attempts = attempts
        self.newRequestID = newRequestID
        (address, self.tls, self.group) = ((host, port), tls, group)
        connections = ConnectionKeeper(host: host, port: port, tls: tls, group: group)
    }

    public func unary<Request, Response>(
        _ method: TypedMethod<Request, Response>, _ request: Request, options: CallOptions
    ) async throws -> Response {
        var request = request
        if var identified = request as? any RequestWithID, identified.requestID.isEmpty {
            identified.requestID = newRequestID()
            if let sameType = identified as? Request { request = sameType }
        }
        let payload: [UInt8] = try request.serializedBytes()
        let reply = try await call(method.descriptor, payload: payload, options: options)
        return try Response(serializedBytes: reply)
    }

    /// Makes a call of any method with an encoded request, and returns the encoded response.
    ///
    /// It is repeated like a typed call: a request whose type has a `request_id` is taken to carry one.
    public func call(
        _ method: MethodDescriptor, payload: [UInt8], options: CallOptions = CallOptions()
    ) async throws -> [UInt8] {
        let timeout = options.timeout ?? defaults.timeout ?? ClientLimits.timeout
        let end = ContinuousClock.now + timeout
        let metadata = metadata(options)
        var attempt = 0
        while true {
            let left = end - .now
            do {
                guard left > .zero else { throw TransportError.timedOut }
                let connection = try await connections.connection(timeout: left)
                return try await connection.call(
                    service: method.service, method: method.name, payload: payload, timeout: left, metadata: metadata)
            } catch {
                attempt += 1
                guard attempt < attempts, let pause = RetryRule.pause(after: error, method, attempt: attempt),
                    ContinuousClock.now + pause < end
                else { throw error }
                try await Task.sleep(for: pause)
            }
        }
    }

    func metadata(_ options: CallOptions) -> [(String, String)] {
        var metadata: [(String, String)] = []
        if let key { metadata.append(("authorization", "Bearer \(key)")) }
        if let id = options.organisation ?? defaults.organisation { metadata.append(("organisation", id)) }
        if let address = options.viewerAddress ?? defaults.viewerAddress {
            metadata.append(("viewer-address", address))
        }
        return metadata
    }

    /// A connection beside the one that calls share.
    func newConnection() async throws -> ClientConnection {
        try await ClientConnection.connect(
            host: address.host, port: address.port, group: group, connectTimeout: ClientLimits.connect, tls: tls,
            extensions: ClientExtensions())
    }

    /// Closes the connections. Calls and streams that are open fail.
    public func close() async {
        await connections.close()
        await streamConnections.close()
    }
}

/// The client's limits.
enum ClientLimits {
    /// Of a call that says nothing else.
    static let timeout = Duration.seconds(30)
    /// Of making a connection.
    static let connect = Duration.seconds(10)
    static let firstPause = Duration.milliseconds(20)
    static let longestPause = Duration.seconds(2)
}

/// When a call is made again.
enum RetryRule {
    /// How long to wait before the next attempt; nil where there must be none.
    static func pause(after error: any Error, _ method: MethodDescriptor, attempt: Int) -> Duration? {
        if let refusal = error as? Refusal {
            // The server says that nothing was done and when to come back, or that the request id settles it.
            if let pause = refusal.retryAfter { return pause }
            return refusal.reason == "OUTCOME_UNKNOWN" && method.hasRequestID ? backoff(attempt) : nil
        }
        guard let error = error as? TransportError, error.isConnectionFailure else { return nil }
        guard error.isCertainlyNotExecuted || method.isRead || method.hasRequestID else { return nil }
        return backoff(attempt)
    }

    private static func backoff(_ attempt: Int) -> Duration {
        min(ClientLimits.firstPause * (1 << min(attempt - 1, 10)), ClientLimits.longestPause)
    }
}
