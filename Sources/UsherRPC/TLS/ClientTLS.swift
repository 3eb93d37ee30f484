import NIOCore
import NIOSSL

/// How a client encrypts its connections. Files are PEM.
public struct ClientTLS: Sendable {
    /// The authorities whose servers are trusted; nil for those of this host.
    public var authority: String?
    /// The client's own certificate, and its private key; nil where it has none.
    public var certificate: String?
    public var key: String?
    /// The name that the server's certificate must have; nil for the host that is connected to.
    public var serverName: String?

    public init(authority: String? = nil) { self.authority = authority }

    /// - Throws: NIOSSL's errors where a file cannot be read.
    func handler(host: String, protocols: [String] = ["ttrpc"]) throws -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = protocols
        configuration.shutdownTimeout = RPCLimits.tlsShutdown
        if let authority { configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority)) }
        if let certificate, let key {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
        }
        let name = serverName ?? host
        // Addresses are no names: they are compared with the address that was connected to.
        let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
        return try NIOSSLClientHandler(
            context: NIOSSLContext(configuration: configuration), serverHostname: isAddress ? nil : name)
    }
}
