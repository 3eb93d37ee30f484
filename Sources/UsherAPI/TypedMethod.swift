public import SwiftProtobuf
public import UsherContract

/// One RPC together with the Swift types of its messages. Generated for every method, as
/// `Usher_Vouchers_V1_VoucherService.redeemVoucher`; the caller and the server's method table share it.
public struct TypedMethod<Request: Message, Response: Message>: AnyMethod {
    public let descriptor: MethodDescriptor
    public let requestTemplate: String

    public init(_ descriptor: MethodDescriptor, requestTemplate: String = "{}") {
        self.descriptor = descriptor
        self.requestTemplate = requestTemplate
    }

    public func requestBytes(fromJSON json: String, requestID: String?) throws -> [UInt8] {
        var request = try Request(jsonString: json)
        if let requestID, var identified = request as? any RequestWithID, identified.requestID.isEmpty {
            identified.requestID = requestID
            // The cast goes back to the type that it came from.
            if let sameType = identified as? Request { request = sameType }
        }
        return try request.serializedBytes()
    }

    public func responseJSON(from bytes: [UInt8]) throws -> String {
        var options = JSONEncodingOptions()
        options.useDeterministicOrdering = true
        return try Response(serializedBytes: bytes).jsonString(options: options)
    }
}

/// One RPC whose message types are known at run time only: what a tool needs that calls any method.
public protocol AnyMethod: Sendable {
    /// What the proto says of the method.
    var descriptor: MethodDescriptor { get }

    /// A request's JSON with every field in it, at its default value; for people to fill in.
    var requestTemplate: String { get }

    /// Encodes a request.
    ///
    /// - Parameters:
    ///   - json: The request as protobuf JSON; names in camel case or as in the proto.
    ///   - requestID: Put into the request where it has a `request_id` field that is empty; nil leaves it so.
    /// - Throws: `JSONDecodingError` where `json` is not such a request; unknown fields are errors.
    func requestBytes(fromJSON json: String, requestID: String?) throws -> [UInt8]

    /// Decodes a response into protobuf JSON, on one line, the same for the same message.
    ///
    /// - Throws: `BinaryDecodingError` where `bytes` are not such a response.
    func responseJSON(from bytes: [UInt8]) throws -> String
}

extension AnyMethod {
    /// Encodes a request exactly as `json` has it.
    public func requestBytes(fromJSON json: String) throws -> [UInt8] {
        try requestBytes(fromJSON: json, requestID: nil)
    }
}

/// A request of a mutating method. Clients fill the id in where it is empty, so that a retry is the same request;
/// see ``MethodDescriptor/hasRequestID``.
public protocol RequestWithID: Message {
    /// Names the request within the organisation and the method; at most 64 characters, a UUID.
    var requestID: String { get set }
}
