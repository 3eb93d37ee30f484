import Foundation
import NIOCore
import NIOSSL
import Testing
import UsherContract

@testable import UsherRPC

/// TLS on the port that everything is on.
@Suite(.timeLimit(.minutes(10))) struct TLSTests {
    private func files(
        _ server: TestAuthority.Files, clients: TestAuthority? = nil, required: Bool = false
    ) -> TLSFiles {
        var files = TLSFiles(certificate: server.certificate, key: server.key)
        files.clientAuthority = clients?.file
        files.requiresClientCertificate = required
        return files
    }

    private func trusting(_ authority: TestAuthority, _ own: TestAuthority.Files? = nil) -> ClientTLS {
        var tls = ClientTLS(authority: authority.file)
        (tls.certificate, tls.key) = (own?.certificate, own?.key)
        return tls
    }

    private func grpc(_ port: Int, _ tls: ClientTLS) async throws -> GRPCClient {
        try await GRPCClient.connect(port) { channel in
            try channel.pipeline.syncOperations.addHandler(tls.handler(host: "localhost", protocols: ["h2"]))
        }
    }

    @Test func bothProtocolsEncrypted() async throws {
        let authority = try TestAuthority()
        let files = files(try authority.server())
        try await withServer({ $0.tls = files }) { port, _, _ in
            let ttrpc = try await connect(port, tls: trusting(authority))
            let named = try await connect(port, host: "localhost", tls: trusting(authority))
            let grpc = try await grpc(port, trusting(authority))
            for number in UInt8(0)..<20 {
                async let first = grpc.call(.init(2 * Int(number) + 1), "SayElsewhere", [[number]])
                async let second = ttrpc.echo("SayElsewhere", [number])
                #expect(try await first.messages == [[number]])
                #expect(try await second == [number])
                #expect(try await named.echo("Say", [number]) == [number])
            }
            #expect(try await ttrpc.echo("Blow", Array("3000000".utf8)).count == 3_000_000)
            #expect(try await grpc.call(101, "Watch", [Array("100 10000".utf8)]).messages.count == 100)
        }
    }

    @Test func serversThatAreNotTrusted() async throws {
        let (authority, other) = (try TestAuthority(), try TestAuthority("other"))
        let certificates = [
            (try authority.server(), other), (try authority.server(isExpired: true), authority),
            (try authority.server(name: "elsewhere"), authority),
        ]
        for (certificate, trusted) in certificates {
            let files = files(certificate)
            try await withServer({ $0.tls = files }) { port, handler, _ in
                for host in ["localhost", "127.0.0.1"] {
                    await #expect(throws: TransportError.self) {
                        let connection = try await connect(port, host: host, tls: trusting(trusted))
                        _ = try await connection.echo("Say", [])
                    }
                }
                #expect(handler.count == 0)
            }
        }
    }

    @Test func aClientMayAskForAnotherName() async throws {
        let authority = try TestAuthority()
        let files = files(try authority.server(name: "elsewhere"))
        try await withServer({ $0.tls = files }) { port, _, _ in
            var tls = trusting(authority)
            tls.serverName = "elsewhere"
            let answer = try await connect(port, tls: tls).echo("Say", [1])
            #expect(answer == [1])
        }
    }

    @Test func plaintextIsRefusedUnlessItIsAskedFor() async throws {
        let authority = try TestAuthority()
        let files = files(try authority.server())
        try await withServer({ $0.tls = files }) { port, handler, _ in
            await #expect(throws: TransportError.connectionLost) { try await connect(port).echo("Say", []) }
            let grpc = try await GRPCClient.connect(port)
            grpc.begin(1, "Say")
            try await eventually { !grpc.isOpen }
            #expect(handler.count == 0)
        }
        try await withServer({ ($0.tls, $0.takesPlaintext) = (files, true) }) { port, _, _ in
            let plain = try await connect(port).echo("Say", [1])
            let encrypted = try await connect(port, tls: trusting(authority)).echo("Say", [1])
            #expect(plain == [1] && encrypted == [1])
        }
    }

    @Test func tlsThatIsNotServedIsRefused() async throws {
        let authority = try TestAuthority()
        try await withServer { port, _, _ in
            _ = await #expect(throws: TransportError.self) { _ = try await connect(port, tls: trusting(authority)) }
        }
    }

    // MARK: Clients

    @Test func aClientCertificateIsRequired() async throws {
        let (authority, other) = (try TestAuthority(), try TestAuthority("other"))
        let files = files(try authority.server(), clients: authority, required: true)
        let own = try authority.client(["spiffe://nord/door-1", "https://nord.example"])
        let uri = "spiffe://nord/door-1"
        let refused = [nil, try other.client([uri]), try authority.client([uri], isExpired: true)]
        try await withServer({ $0.tls = files }) { port, handler, _ in
            for certificate in refused {
                await #expect(throws: TransportError.self) {
                    _ = try await connect(port, tls: trusting(authority, certificate)).echo("Who", [])
                }
                let grpc = try await grpc(port, trusting(authority, certificate))
                grpc.begin(1, "Who")
                try await eventually { !grpc.isOpen }
            }
            #expect(handler.count == 0)
            let uris = Array("spiffe://nord/door-1\nhttps://nord.example".utf8)
            #expect(try await connect(port, tls: trusting(authority, own)).echo("Who", []) == uris)
            #expect(try await grpc(port, trusting(authority, own)).call(1, "Who", [[]]).messages == [uris])
        }
    }

    @Test func aClientCertificateMayBePresented() async throws {
        let (authority, other) = (try TestAuthority(), try TestAuthority("other"))
        let files = files(try authority.server(), clients: authority)
        let (own, foreign) = (try authority.client(["spiffe://a"]), try other.client(["spiffe://a"]))
        let nameless = try authority.client([])
        try await withServer({ $0.tls = files }) { port, _, _ in
            let none = try await connect(port, tls: trusting(authority)).echo("Who", [])
            let presented = try await connect(port, tls: trusting(authority, own)).echo("Who", [])
            let without = try await connect(port, tls: trusting(authority, nameless)).echo("Who", [])
            #expect(none == [] && presented == Array("spiffe://a".utf8) && without == [])
            await #expect(throws: TransportError.self) {
                _ = try await connect(port, tls: trusting(authority, foreign)).echo("Who", [])
            }
        }
    }

    // MARK: Files

    @Test func certificatesAreReloaded() async throws {
        let (before, after) = (try TestAuthority("before"), try TestAuthority("after"))
        let (old, new) = (try before.server(), try after.server())
        let files = files(old)
        try await withServer({ $0.tls = files }) { port, _, server in
            let lasting = try await connect(port, tls: trusting(before))
            try FileManager.default.removeItem(atPath: old.key)
            #expect(throws: TLSError.self) { try server.reloadTLS() }
            #expect(try await connect(port, tls: trusting(before)).echo("Say", [1]) == [1])
            try FileManager.default.copyItem(atPath: new.key, toPath: old.key)
            // The new key with the old certificate.
            #expect(throws: TLSError.self) { try server.reloadTLS() }
            try FileManager.default.removeItem(atPath: old.certificate)
            try FileManager.default.copyItem(atPath: new.certificate, toPath: old.certificate)
            try server.reloadTLS()
            #expect(try await connect(port, tls: trusting(after)).echo("Say", [2]) == [2])
            await #expect(throws: TransportError.self) { _ = try await connect(port, tls: trusting(before)) }
            #expect(try await lasting.echo("Say", [3]) == [3])
        }
    }

    /// Clients' authorities change without a restart; those that cannot be read change nothing.
    @Test func clientsAuthoritiesAreReloaded() async throws {
        let (before, after) = (try TestAuthority("before"), try TestAuthority("after"))
        let uri = "spiffe://nord/door-1"
        let (old, new) = (try before.client([uri]), try after.client([uri]))
        var files = files(try before.server())
        let path = "\(before.file).clients"
        files.clientAuthority = path
        let texts = try [before, after].map { try String(contentsOfFile: $0.file, encoding: .utf8) }
        try texts[0].write(toFile: path, atomically: true, encoding: .utf8)
        try await withServer({ [files] in $0.tls = files }) { port, _, server in
            func isTaken(_ certificate: TestAuthority.Files) async -> Bool {
                let answer = try? await connect(port, tls: trusting(before, certificate)).echo("Who", [])
                return answer == Array(uri.utf8)
            }
            let lasting = try await connect(port, tls: trusting(before, old))
            for rubbish in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
                try rubbish.write(toFile: path, atomically: true, encoding: .utf8)
                #expect(throws: TLSError.self) { try server.reloadTLS() }
                #expect(await isTaken(old))
                #expect(await !isTaken(new))
            }
            try texts.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
            try server.reloadTLS()
            #expect(await isTaken(old))
            #expect(await isTaken(new))
            try texts[1].write(toFile: path, atomically: true, encoding: .utf8)
            try server.reloadTLS()
            #expect(await !isTaken(old))
            #expect(await isTaken(new))
            #expect(try await lasting.echo("Who", []) == Array(uri.utf8))
        }
    }

    @Test func filesThatCannotBeUsedAreTold() throws {
        let authority = try TestAuthority()
        let (one, other) = (try authority.server(), try authority.server())
        for files in [
            TLSFiles(certificate: "/nowhere", key: one.key), TLSFiles(certificate: one.certificate, key: "/nowhere"),
            TLSFiles(certificate: one.certificate, key: other.key), TLSFiles(certificate: one.key, key: one.key),
        ] {
            var configuration = RPCServerConfiguration()
            configuration.tls = files
            #expect(throws: TLSError.self) {
                _ = try RPCServer(
                    configuration: configuration, methods: [], handler: EchoHandler(), logger: quietLogger)
            }
        }
    }

    @Test func aDrainOfEncryptedConnections() async throws {
        let authority = try TestAuthority()
        let files = files(try authority.server())
        try await withServer({ $0.tls = files }) { port, handler, server in
            let ttrpc = try await connect(port, tls: trusting(authority))
            let grpc = try await grpc(port, trusting(authority))
            let answer = Task { try await ttrpc.echo("Hold", []) }
            grpc.begin(1, "Hold")
            grpc.send(1, message: [], endStream: true)
            try await eventually { handler.heldCount == 2 }
            async let drained: Void = server.drain(grace: .seconds(120))
            handler.release([7])
            #expect(try await answer.value == [7])
            await drained
            try await eventually { grpc.isOver(1) }
            #expect(grpc.answer(1).messages == [[7]])
        }
    }
}
