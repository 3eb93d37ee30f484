public import UsherAPI

/// What the generated stubs need of a connection: one call, one answer.
public protocol UnaryTransport: Sendable {
    /// Makes a call and waits for its answer.
    ///
    /// - Throws: `Refusal` where the server said no; the transport's own errors where it did not answer.
    func unary<Request, Response>(
        _ method: TypedMethod<Request, Response>, _ request: Request, options: CallOptions
    ) async throws -> Response
}

/// What a caller may say of one call.
public struct CallOptions: Sendable, Hashable {
    /// How long the call may take, retries included; nil leaves it to the client's default.
    public var timeout: Duration?
    /// Which organisation an operator's key acts for; nil leaves it to the client's default.
    public var organisation: String?
    /// The IP address of the viewer for whom a call names a voucher's code; nil leaves it to the client's default.
    /// Believed from keys with the scope `vouchers:proxy`.
    public var viewerAddress: String?

    public init(timeout: Duration? = nil, organisation: String? = nil, viewerAddress: String? = nil) {
        self.timeout = timeout
        self.organisation = organisation
        self.viewerAddress = viewerAddress
    }
}
