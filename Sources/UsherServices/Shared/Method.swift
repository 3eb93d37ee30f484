public import SwiftProtobuf
public import UsherAPI
public import UsherContract
public import UsherStorage

/// Which database a method's function runs on.
public enum MethodDatabase: Sendable, Hashable {
    /// The operator's: organisations and keys.
    case platform
    /// The one of the organisation that the credential names.
    case organisation
}

/// What a method asks of its caller.
public enum Permission: Sendable, Hashable {
    /// Only the platform's operator.
    case platformOperator
    /// A credential with any one of these scopes.
    case anyOf([Scope])

    /// Exactly this scope.
    public static func scope(_ scope: Scope) -> Permission { .anyOf([scope]) }
}

/// A row of a service's method table: what `proto/` says of the method, where it runs, who may call it, and its
/// function.
///
/// Functions are synchronous and run inside a transaction. Decoding, idempotent replay, the journal's header, limits
/// and deadlines are the dispatcher's and the lane's, once, and no function's.
public struct Method: Sendable {
    public let descriptor: MethodDescriptor
    public let database: MethodDatabase
    public let permission: Permission
    /// What its calls may overtake in their lane.
    public let precedence: Precedence
    /// Whether a request may name a voucher by its code, which can be guessed.
    public let looksUpCodes: Bool
    /// Turns the payload of a request into what the lane runs. Throws a ``Refusal`` for bytes that are no request.
    public let decode: @Sendable (_ payload: [UInt8]) throws -> DecodedCall

    /// - Parameters:
    ///   - precedence: a verdict is answered at once and takes little time: somebody stands at a door, or in front of a
    ///     player.
    ///   - withoutSecret: for replies that hold a secret: removes it. Such a reply is not stored; a replay gets what
    ///     this leaves.
    init<Request: Message, Response: Message>(
        _ method: TypedMethod<Request, Response>, on database: MethodDatabase, _ permission: Permission,
        as precedence: Precedence = .ordinary, withoutSecret: (@Sendable (inout Response) -> Void)? = nil,
        _ function: @escaping @Sendable (Request, Transaction) throws -> Response
    ) {
        descriptor = method.descriptor
        self.database = database
        self.permission = permission
        self.precedence = precedence
        looksUpCodes = Request.self is any CodeLookup.Type
        let containsMap = method.descriptor.requestContainsMap
        let outline = MessageOutline.of(method.descriptor.requestType)
        decode = { payload in
            let (request, memory) = try RequestDecoding.request(Request.self, from: payload, outline)
            return DecodedCall(
                requestID: (request as? any RequestWithID)?.requestID ?? "",
                fingerprint: { containsMap ? Self.canonicalBytes(of: request) ?? payload : payload },
                isGuessable: (request as? any CodeLookup)?.code.isEmpty == false,
                memory: memory,
                run: { transaction in
                    var response = try function(request, transaction)
                    let bytes: [UInt8] = try response.serializedBytes()
                    guard let withoutSecret else { return EncodedReply(bytes: bytes, replay: nil) }
                    withoutSecret(&response)
                    return EncodedReply(bytes: bytes, replay: try response.serializedBytes())
                })
        }
    }

    /// Maps have no order on the wire: the same request sent again may come in other bytes.
    private static func canonicalBytes(of request: some Message) -> [UInt8]? {
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        return try? request.serializedBytes(options: options)
    }
}

extension Scope {
    static let eventsRead = Scope("events", "read")
    static let organisationsRead = Scope("organisations", "read")
    static let organisationsWrite = Scope("organisations", "write")
    static let catalogRead = Scope("catalog", "read")
    static let catalogWrite = Scope("catalog", "write")
    static let vouchersRead = Scope("vouchers", "read")
    static let vouchersWrite = Scope("vouchers", "write")
    static let vouchersRedeem = Scope("vouchers", "redeem")
    /// Opens no method: its key is believed whose address a look-up of a code comes from.
    public static let vouchersProxy = Scope("vouchers", "proxy")
    static let accessRead = Scope("access", "read")
    static let accessWrite = Scope("access", "write")
    static let accessCheck = Scope("access", "check")
    static let accessPlay = Scope("access", "play")
    static let subscriptionsRead = Scope("subscriptions", "read")
    static let subscriptionsWrite = Scope("subscriptions", "write")
    static let admissionRead = Scope("admission", "read")
    static let admissionWrite = Scope("admission", "write")
    static let admissionScan = Scope("admission", "scan")
    static let distributionRead = Scope("distribution", "read")
    static let distributionWrite = Scope("distribution", "write")

    /// Every scope that a key can have.
    public static let known: [Scope] = [
        .eventsRead,
        .organisationsRead, .organisationsWrite, .catalogRead, .catalogWrite, .vouchersRead, .vouchersWrite,
        .vouchersRedeem, .vouchersProxy, .accessRead, .accessWrite, .accessCheck, .accessPlay, .subscriptionsRead,
        .subscriptionsWrite, .admissionRead, .admissionWrite, .admissionScan,
        .distributionRead, .distributionWrite,
    ]
}
