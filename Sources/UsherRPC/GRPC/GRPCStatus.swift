import NIOCore
import NIOHPACK
import UsherContract

/// The header lists that the server sends.
enum GRPCStatus {
    /// What goes before the first message.
    static let headers = HPACKHeaders([(":status", "200"), ("content-type", contentType)])
    /// What follows the last message of a call that went well.
    static let ok = HPACKHeaders([("grpc-status", "0")])

    private static let contentType = "application/grpc"

    /// How a refused call ends, after its headers or (`isFirst`) instead of them.
    static func trailers(_ refusal: Refusal, isFirst: Bool) -> HPACKHeaders {
        var list = isFirst ? headers : HPACKHeaders()
        list.add(name: "grpc-status", value: String(refusal.code.rawValue))
        // Values that are hardly said twice would only push others out of the compression's table.
        list.add(
            name: "grpc-message", value: PercentEncoding.encode(refusal.message, limit: RPCLimits.grpcMessageBytes),
            indexing: .nonIndexable)
        list.add(
            name: "grpc-status-details-bin",
            value: Base64.encode(refusal.statusBytes(limit: RPCLimits.grpcStatusBytes)),
            indexing: .nonIndexable)
        if refusal.reason == Refusal.compressionUnsupported.reason {
            list.add(name: "grpc-accept-encoding", value: "identity")
        }
        return list
    }

    /// How a request that is not gRPC is answered.
    static func http(_ status: Int) -> HPACKHeaders {
        HPACKHeaders([(":status", String(status)), ("content-length", "0")])
    }
}
