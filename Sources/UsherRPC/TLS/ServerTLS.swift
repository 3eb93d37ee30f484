import NIOSSL
import Synchronization

/// Where a server's certificate is, and whose clients' certificates it takes. PEM files.
public struct TLSFiles: Sendable {
    /// The server's certificate, and after it those of the authorities between it and a root.
    public var certificate: String
    /// The certificate's private key.
    public var key: String
    /// The authorities whose clients' certificates are taken; nil takes none.
    public var clientAuthority: String?
    /// Whether a client must present a certificate.
    public var requiresClientCertificate = false

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// A file of TLS that cannot be used.
public struct TLSError: Error, CustomStringConvertible {
    public let description: String
}

/// What new connections are encrypted with. It may be replaced at any time; connections keep what they began with.
final class ServerTLS: Sendable {
    private let files: TLSFiles
    private let current: Mutex<NIOSSLContext>

    /// - Throws: ``TLSError``.
    init(_ files: TLSFiles) throws {
        self.files = files
        current = Mutex(try Self.context(files))
    }

    var context: NIOSSLContext { current.withLock { $0 } }

    /// Reads the files anew; where that fails, what there was stays.
    ///
    /// - Throws: ``TLSError``.
    func reload() throws {
        let new = try Self.context(files)
        current.withLock { $0 = new }
    }

    private static func context(_ files: TLSFiles) throws -> NIOSSLContext {
        let chain = try read(files.certificate) { try NIOSSLCertificate.fromPEMFile($0) }
        let key = try read(files.key) { try NIOSSLPrivateKey(file: $0, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "ttrpc"]
        configuration.shutdownTimeout = RPCLimits.tlsShutdown
        if let path = files.clientAuthority {
            configuration.trustRoots = .certificates(try read(path) { try NIOSSLCertificate.fromPEMFile($0) })
            configuration.certificateVerification =
                files.requiresClientCertificate ? .noHostnameVerification : .optionalVerification
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSError(description: "the key in \(files.key) does not go with \(files.certificate): \(error)")
        }
    }

    private static func read<Contents>(_ path: String, _ read: (String) throws -> Contents) throws -> Contents {
        do {
            return try read(path)
        } catch {
            throw TLSError(description: "cannot read \(path): \(error)")
        }
    }
}
