import NIOCore
import NIOSSL
import X509

/// Who a client is by its certificate, which the handshake has found good.
enum ClientIdentity {
    /// The URIs among the subject's alternative names, exactly as they are written; empty without a certificate.
    /// Source: RFC 5280, 4.2.1.6.
    static func uris(in pipeline: ChannelPipeline.SynchronousOperations) -> [String] {
        guard let handler = try? pipeline.handler(type: NIOSSLServerHandler.self),
            let presented = handler.peerCertificate, let bytes = try? presented.toDERBytes(),
            let certificate = try? Certificate(derEncoded: bytes),
            let names = try? certificate.extensions.subjectAlternativeNames
        else { return [] }
        return names.compactMap { if case .uniformResourceIdentifier(let uri) = $0 { uri } else { nil } }
    }
}
