import Crypto
import Foundation
import SwiftASN1
import X509

/// An authority that makes certificates for tests, and the folder that they are in.
final class TestAuthority {
    struct Files {
        let certificate: String
        let key: String
    }

    private let name: DistinguishedName
    private let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    private let folder: URL
    private var count = 0
    /// The authority's own certificate.
    private(set) var file = ""

    private static let longAgo = Date(timeIntervalSince1970: 1_500_000_000)
    private static let past = Date(timeIntervalSince1970: 1_600_000_000)
    private static let farAway = Date(timeIntervalSince1970: 4_000_000_000)

    init(_ commonName: String = "test") throws {
        name = try DistinguishedName { CommonName(commonName) }
        folder = FileManager.default.temporaryDirectory.appending(
            path: "usher-tls-\(ProcessInfo.processInfo.globallyUniqueString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: Self.longAgo,
            notValidAfter: Self.farAway, issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: .init {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                KeyUsage(keyCertSign: true)
            }, issuerPrivateKey: key)
        file = try write("authority.pem", certificate.serializeAsPEM().pemString)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// A server's certificate.
    func server(name: String = "localhost", isExpired: Bool = false) throws -> Files {
        let address: ArraySlice<UInt8> = name == "localhost" ? [127, 0, 0, 1] : [10, 0, 0, 1]
        return try issue(
            [.dnsName(name), .ipAddress(ASN1OctetString(contentBytes: address))],
            until: isExpired ? Self.past : Self.farAway)
    }

    /// A client's certificate with URIs.
    func client(_ uris: [String], isExpired: Bool = false) throws -> Files {
        try issue(uris.map { .uniformResourceIdentifier($0) }, until: isExpired ? Self.past : Self.farAway)
    }

    private func issue(_ names: [GeneralName], until end: Date) throws -> Files {
        count += 1
        let own = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: own.publicKey, notValidBefore: Self.longAgo,
            notValidAfter: end, issuer: name, subject: try DistinguishedName { CommonName("test \(count)") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: .init {
                Critical(BasicConstraints.notCertificateAuthority)
                SubjectAlternativeNames(names)
            }, issuerPrivateKey: key)
        return Files(
            certificate: try write("\(count).pem", certificate.serializeAsPEM().pemString),
            key: try write("\(count).key", own.serializeAsPEM().pemString))
    }

    private func write(_ name: String, _ text: String) throws -> String {
        let path = folder.appending(path: name).path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
