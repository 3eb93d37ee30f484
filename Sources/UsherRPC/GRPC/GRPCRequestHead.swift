import NIOCore
import NIOHPACK
import UsherContract

/// What a call's headers say: what is called, for how long, with which metadata.
/// Source: gRPC `PROTOCOL-HTTP2.md`.
struct GRPCRequestHead: Sendable {
    /// A request that is not taken.
    enum Rejection: Error {
        /// It is not gRPC.
        case http(Int)
        case refusal(Refusal)
    }

    /// The index of the method.
    let method: Int
    /// Nil where the caller names none.
    let timeout: TimeAmount?
    /// Whether the headers name a compression, which no message may use.
    let namesCompression: Bool
    let metadata: Metadata
    /// The size of all headers, in bytes.
    let size: Int

    init(_ headers: HPACKHeaders, _ methods: MethodTable) throws(Rejection) {
        var path = ""
        var verb = ""
        var contentType = ""
        var timeoutText: String?
        var encoding = "identity"
        var size = 0
        for (name, value, _) in headers {
            size += name.utf8.count + value.utf8.count + RPCLimits.headerOverhead
            switch name {
            case ":path": path = value
            case ":method": verb = value
            case "content-type": contentType = value
            case "grpc-timeout": timeoutText = value
            case "grpc-encoding": encoding = value
            default: break
            }
        }
        guard Self.isGRPC(contentType) else { throw .http(415) }
        guard verb == "POST" else { throw .http(405) }
        method = try Self.method(path, methods)
        if let timeoutText {
            guard let parsed = GRPCTimeout.parse(timeoutText) else { throw .refusal(.timeoutMalformed) }
            timeout = parsed
        } else {
            timeout = nil
        }
        namesCompression = encoding != "identity"
        metadata = Metadata(headers: headers)
        self.size = size
    }

    private static func isGRPC(_ contentType: String) -> Bool {
        if contentType == "application/grpc" || contentType == "application/grpc+proto" { return true }
        let type = contentType.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        return type == "application/grpc" || type == "application/grpc+proto"
    }

    private static func method(_ path: String, _ methods: MethodTable) throws(Rejection) -> Int {
        let utf8 = path.utf8
        guard utf8.first == UInt8(ascii: "/"), let slash = utf8.lastIndex(of: UInt8(ascii: "/")),
            slash != utf8.startIndex
        else { throw .refusal(.unknownService(ByteBuffer(string: path))) }
        let service = utf8.index(after: utf8.startIndex)..<slash
        let name = utf8.index(after: slash)..<utf8.endIndex
        var copy = path
        let index = copy.withUTF8 { bytes in
            let all = UnsafeRawBufferPointer(bytes)
            let split = utf8.distance(from: utf8.startIndex, to: slash)
            return methods.index(
                service: UnsafeRawBufferPointer(rebasing: all[1..<split]),
                method: UnsafeRawBufferPointer(rebasing: all[(split + 1)...]))
        }
        if let index { return index }
        let serviceName = ByteBuffer(substring: path[service])
        guard methods.hasService(named: serviceName) else { throw .refusal(.unknownService(serviceName)) }
        throw .refusal(.unknownMethod(ByteBuffer(substring: path[name]), of: serviceName))
    }
}
