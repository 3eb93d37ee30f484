import Foundation
import Fuzzing
import Logging
import Testing
import UsherAPI
import UsherClient
import UsherContract
import UsherServer
import UsherServices
import UsherStorage

/// Every method × every way in which a credential is not good enough. Denied by default: whatever is not in a method
/// table's permission is refused, with the same bytes for every method.
@Suite struct CredentialTests {
    @Test func everyMethodRefusesEveryBadCredential() async throws {
        try await RunningServer.with { server in
            let tenant = try await Tenant("owners", on: server)
            let credentials = try await badCredentials(tenant, server)
            var calls = 0
            for credential in credentials {
                let socket = try RawSocket(port: server.port)
                var answers: Set<[UInt8]> = []
                // The one method that is called without a credential is given it as a field, see below.
                for method in UsherAPI.methods where method.descriptor.name != "Authenticate" {
                    let shape = try RequestShape(method)
                    let payload = try shape.payload(tenant.usual(shape))
                    let answer = try #require(
                        socket.call(method.descriptor, payload, metadata: credential.metadata))
                    let refusal = try #require(try answer.refusal, "\(method.descriptor.fullName) lets in")
                    #expect(refusal.code == .unauthenticated && refusal.reason == credential.reason, "\(credential)")
                    answers.insert(answer.body)
                    calls += 1
                }
                #expect(answers.count == 1, "methods differ in what they say to \(credential.name)")
            }
            print("bad credentials: \(credentials.count) × \(UsherAPI.methods.count) methods, \(calls) calls")
            await tenant.client.close()
        }
    }

    @Test func authenticateRefusesEveryBadKey() async throws {
        try await RunningServer.with { server in
            let tenant = try await Tenant("owners", on: server)
            let socket = try RawSocket(port: server.port)
            let method = Usher_Session_V1_SessionService.authenticate.descriptor
            for credential in try await badCredentials(tenant, server) {
                guard let key = credential.key else { continue }
                let request = Usher_Session_V1_AuthenticateRequest.with { $0.apiKey = key }
                let answer = try #require(socket.call(method, try request.serializedBytes()))
                #expect(try answer.refusal?.reason == credential.reason, "\(credential)")
                // What did not authenticate has bound nothing.
                let next = try #require(socket.call(Usher_Session_V1_SessionService.whoAmI.descriptor))
                #expect(try next.refusal?.reason == "CREDENTIAL_MISSING")
            }
            await tenant.client.close()
        }
    }

    @Test func noMethodServesASuspendedOrganisation() async throws {
        try await RunningServer.with { server in
            let tenant = try await Tenant("owners", on: server)
            let platform = server.client()
            _ = try await platform.organisations.suspendOrganisation(.with { $0.organisationID = tenant.organisation })
            let socket = try RawSocket(port: server.port)
            var answers: Set<[UInt8]> = []
            for method in UsherAPI.methods {
                let shape = try RequestShape(method)
                let payload = try shape.payload(tenant.usual(shape))
                let answer = try #require(socket.call(method.descriptor, payload, metadata: bearer(tenant.key)))
                let refusal = try #require(try answer.refusal, "\(method.descriptor.fullName) lets in")
                #expect(refusal.code == .permissionDenied && refusal.reason == "ORGANISATION_SUSPENDED")
                answers.insert(answer.body)
            }
            #expect(answers.count == 1)
            _ = try await platform.organisations.resumeOrganisation(.with { $0.organisationID = tenant.organisation })
            #expect(try await tenant.client.session.whoAmI(.init()).organisationID == tenant.organisation)
            await platform.close()
            await tenant.client.close()
        }
    }

    /// Who is asked about is told, whoever it was the last time on the connection.
    @Test func aConnectionOfManyKeysTellsWhoEachIs() async throws {
        try await RunningServer.with { server in
            let (tenant, other) = (try await Tenant("owners", on: server), try await Tenant("others", on: server))
            let narrow = try await tenant.client.organisations.createApiKey(
                .with { $0.apiKey.scopes = ["vouchers:redeem", "access:check"] })
            let socket = try RawSocket(port: server.port)
            func identity(_ metadata: [(String, String)]) throws -> Usher_Session_V1_Identity {
                let answer = try #require(
                    socket.call(Usher_Session_V1_SessionService.whoAmI.descriptor, metadata: metadata))
                return try Usher_Session_V1_Identity(serializedBytes: try #require(answer.payload))
            }
            let operators = bearer(server.operatorKey)
            for _ in 0..<3 {
                for _ in 0..<2 {
                    let own = try identity(bearer(narrow.secret))
                    #expect(own.keyID == narrow.keyID && own.scopes == ["access:check", "vouchers:redeem"])
                }
                #expect(try identity(bearer(other.key)).organisationID == other.organisation)
                #expect(try identity(operators).organisationID.isEmpty)
                #expect(try identity(operators + [("organisation", "owners")]).organisationID == "owners")
            }
            for client in [tenant.client, other.client] { await client.close() }
        }
    }

    /// A key that a connection is bound to is looked at with every call.
    @Test func aBoundConnectionLosesItsKey() async throws {
        try await RunningServer.with { server in
            let tenant = try await Tenant("owners", on: server)
            let key = try await tenant.client.organisations.createApiKey(.init())
            let socket = try RawSocket(port: server.port)
            let request = Usher_Session_V1_AuthenticateRequest.with { $0.apiKey = key.secret }
            let bound = socket.call(
                Usher_Session_V1_SessionService.authenticate.descriptor, try request.serializedBytes())
            #expect(try #require(bound).refusal == nil)
            #expect(try #require(socket.call(Usher_Session_V1_SessionService.whoAmI.descriptor)).refusal == nil)
            _ = try await tenant.client.organisations.revokeApiKey(.with { $0.keyID = key.keyID })
            for method in UsherAPI.methods where method.descriptor.name != "Authenticate" {
                #expect(try #require(socket.call(method.descriptor)).refusal?.reason == "KEY_REVOKED")
            }
            await tenant.client.close()
        }
    }

    /// A key with one scope gets through exactly where the method's table lets this scope in.
    @Test func everyMethodAsksForItsScope() async throws {
        try await RunningServer.with { server in
            let tenant = try await Tenant("owners", on: server)
            let socket = try RawSocket(port: server.port)
            var (refused, passed) = (0, 0)
            for scope in Scope.known {
                let key = try await tenant.client.organisations.createApiKey(
                    .with { $0.apiKey.scopes = [scope.description] }
                ).secret
                for method in UsherAPI.methods {
                    let name = method.descriptor.fullName
                    let refusal = try #require(socket.call(method.descriptor, metadata: bearer(key))).refusal
                    switch server.permissions[name] {
                    case .anyOf(let scopes) where !scopes.contains(scope):
                        #expect(refusal?.code == .permissionDenied && refusal?.reason == "SCOPE_MISSING", "\(name)")
                        #expect(refusal?.metadata == ["scope": scopes[0].description], "\(name)")
                        refused += 1
                    case .platformOperator:
                        #expect(
                            refusal?.code == .permissionDenied && refusal?.reason == "OPERATOR_REQUIRED", "\(name)")
                        refused += 1
                    case .anyOf:
                        #expect(refusal?.code != .permissionDenied, "\(name) refuses \(scope)")
                        passed += 1
                    case nil:
                        #expect(method.descriptor.service == "usher.session.v1.SessionService", "\(name) is unguarded")
                    }
                }
            }
            print("scopes: \(Scope.known.count) × \(UsherAPI.methods.count), \(refused) refused, \(passed) let in")
            #expect(refused > 0 && passed > 0)
            await tenant.client.close()
        }
    }

    /// A key of one organisation that names another is refused alike, whether or not there is such an organisation.
    @Test func noMethodActsInAnotherOrganisation() async throws {
        try await RunningServer.with { server in
            let (owner, other) = (try await Tenant("owners", on: server), try await Tenant("others", on: server))
            let socket = try RawSocket(port: server.port)
            for method in UsherAPI.methods where method.descriptor.name != "Authenticate" {
                let name = method.descriptor.fullName
                let shape = try RequestShape(method)
                let payload = try shape.payload(owner.usual(shape))
                let answers = try ["owners", "absent", "owners\u{0}", "OTHERS", "../owners"].map { organisation in
                    let metadata = bearer(other.key) + [("organisation", organisation)]
                    return try #require(socket.call(method.descriptor, payload, metadata: metadata))
                }
                #expect(try answers[0].refusal?.reason == "ORGANISATION_MISMATCH", "\(name)")
                #expect(try answers[0].refusal?.code == .permissionDenied, "\(name)")
                #expect(Set(answers.map(\.body)).count == 1, "\(name)")

                // The operator is told, since organisations are its own; without one it acts on the platform alone.
                let absent = socket.call(
                    method.descriptor, payload,
                    metadata: bearer(server.operatorKey) + [("organisation", "absent")])
                #expect(try #require(absent).refusal?.reason == "ORGANISATION_NOT_FOUND", "\(name)")
                if server.organisationMethods.contains(name) {
                    let none = socket.call(method.descriptor, payload, metadata: bearer(server.operatorKey))
                    #expect(try #require(none).refusal?.reason == "ORGANISATION_REQUIRED", "\(name)")
                }
            }
            await owner.client.close()
            await other.client.close()
        }
    }

    private struct BadCredential: CustomStringConvertible {
        var name: String
        var metadata: [(String, String)]
        var reason: String
        /// The key in it; nil where it is none.
        var key: String?

        var description: String { name }
    }

    private func badCredentials(_ tenant: Tenant, _ server: RunningServer) async throws -> [BadCredential] {
        func with(_ name: String, _ key: String, _ reason: String) -> BadCredential {
            BadCredential(name: name, metadata: bearer(key), reason: reason, key: key)
        }
        let organisations = tenant.client.organisations
        let revoked = try await organisations.createApiKey(.init())
        _ = try await organisations.revokeApiKey(.with { $0.keyID = revoked.keyID })
        let expired = try await organisations.createApiKey(
            .with { $0.apiKey.expireTime.seconds = server.now.microseconds / 1_000_000 + 60 })
        server.now = server.now + .seconds(60)
        let parts = tenant.key.split(separator: "_").map(String.init)
        let swapped = KeyText.signed("ush_live_\(parts[2])_\(String(parts[3].reversed()))")
        let unknown = KeyText.signed("ush_live_0000000000001_\(parts[3])")
        let asTest = KeyText.signed("ush_test_\(parts[2])_\(parts[3])")
        return [
            BadCredential(name: "nothing", metadata: [], reason: "CREDENTIAL_MISSING"),
            BadCredential(
                name: "no scheme", metadata: [("authorization", tenant.key)], reason: "KEY_MALFORMED"),
            BadCredential(
                name: "another scheme", metadata: [("authorization", "Basic \(tenant.key)")], reason: "KEY_MALFORMED"),
            BadCredential(
                name: "a bad one before a good one", metadata: bearer("x") + bearer(tenant.key),
                reason: "KEY_MALFORMED"),
            with("empty", "", "KEY_MALFORMED"), with("rubbish", "rubbish", "KEY_MALFORMED"),
            with("cut", String(tenant.key.dropLast()), "KEY_MALFORMED"),
            with("blank", tenant.key + " ", "KEY_MALFORMED"),
            with("upper case", tenant.key.uppercased(), "KEY_MALFORMED"),
            with("endless", tenant.key + String(repeating: "0", count: 3_000), "KEY_MALFORMED"),
            with("unknown", unknown, "KEY_UNKNOWN"), with("another secret", swapped, "KEY_UNKNOWN"),
            with("live as test", asTest, "KEY_UNKNOWN"),
            with("revoked", revoked.secret, "KEY_REVOKED"), with("expired", expired.secret, "KEY_EXPIRED"),
        ]
    }
}

extension RunningServer {
    /// What the method tables say, by the methods' full names; nil for what needs no scope.
    var permissions: [String: Permission] { MethodTables.shared.permissions }
    /// The methods that act in one organisation's database.
    var organisationMethods: Set<String> { MethodTables.shared.organisationMethods }
}

/// The services' method tables. They want a storage, although none of their functions is run here.
private struct MethodTables {
    let permissions: [String: Permission]
    let organisationMethods: Set<String>

    static let shared: MethodTables = {
        let directory = "\(NSTemporaryDirectory())usher-tables-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        do {
            let storage = try Storage(
                directory: directory, platformMigrations: Schema.platform, organisationMigrations: Schema.organisation,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            defer { storage.shutdown() }
            let services = Services(storage: storage, credentials: CredentialTable())
            let (methods, streams) = (services.methods, services.streams)
            let permissions =
                methods.map { ($0.descriptor.fullName, $0.permission) }
                + streams.map { ($0.descriptor.fullName, $0.permission) }
            return MethodTables(
                permissions: Dictionary(uniqueKeysWithValues: permissions),
                organisationMethods: Set(
                    methods.filter { $0.database == .organisation }.map(\.descriptor.fullName)
                        + streams.map(\.descriptor.fullName)))
        } catch {
            preconditionFailure("the method tables need a temporary folder: \(error)")
        }
    }()
}
