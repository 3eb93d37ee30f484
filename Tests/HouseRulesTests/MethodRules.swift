import Foundation
import Logging
import Testing
import UsherAPI
import UsherContract
import UsherStorage

@testable import UsherServer
@testable import UsherServices

/// What `proto/` declares is what is served: once, to those whom a scope lets in, and exactly-once where it changes
/// something.
enum MethodRules {
    /// - Parameters:
    ///   - declared: the methods of `proto/`.
    ///   - rows: those of all method tables.
    static func tableViolations(declared: [MethodDescriptor], rows: [MethodDescriptor]) -> [String] {
        let counts = Dictionary(rows.map { ($0.fullName, 1) }, uniquingKeysWith: +)
        let known = Dictionary(declared.map { ($0.fullName, $0) }, uniquingKeysWith: { first, _ in first })
        return declared.filter { counts[$0.fullName] != 1 }
            .map { "\($0.fullName) has \(counts[$0.fullName] ?? 0) rows" }
            + rows.filter { known[$0.fullName] != $0 }.map { "\($0.fullName) is not as declared" }
    }

    /// Reads are open to a scope that writes nothing; what changes something is closed to `read`.
    static func permissionViolation(_ method: MethodDescriptor, _ permission: Permission) -> String? {
        guard case .anyOf(let scopes) = permission else { return nil }
        if scopes.isEmpty { return "\(method.fullName) is open to nobody" }
        if let unknown = scopes.first(where: { !Scope.known.contains($0) }) {
            return "\(method.fullName) asks for \(unknown), which no key can have"
        }
        // `usher.vouchers.v1.VoucherService` asks for `vouchers:…`.
        let package = method.service.split(separator: ".").dropFirst().first
        if let foreign = scopes.first(where: { package != $0.service[...] }) {
            return "\(method.fullName) asks for \(foreign) of another service"
        }
        let isWrong =
            method.isRead
            ? scopes.allSatisfy { $0.action == "write" } : scopes.contains { $0.action == "read" }
        if isWrong {
            return "\(method.fullName) asks for \(scopes)"
        }
        return nil
    }

    static func requestIDViolation(_ method: MethodDescriptor) -> String? {
        guard !method.isRead, !method.hasRequestID else { return nil }
        return "\(method.fullName) changes something, and its request has no request_id"
    }
}

struct MethodRulesTests {
    private let declared = UsherAPI.methods.map(\.descriptor)

    @Test func everyMethodHasOneRow() throws {
        let services = try services()
        let rows =
            services.methods.map(\.descriptor) + services.streams.map(\.descriptor)
            + SessionMethods.table.map(\.descriptor)
        #expect(MethodRules.tableViolations(declared: declared, rows: rows) == [])
    }

    @Test func everyRowHasAPermission() throws {
        let services = try services()
        let rows =
            services.methods.map { ($0.descriptor, $0.permission) }
            + services.streams.map { ($0.descriptor, $0.permission) }
        #expect(rows.compactMap(MethodRules.permissionViolation) == [])
    }

    /// Streams are not repeated, so that only those that change nothing can do without more.
    @Test func streamsAreThoseThatStream() throws {
        let services = try services()
        #expect(services.methods.allSatisfy { $0.descriptor.streaming == .unary })
        #expect(services.streams.allSatisfy { $0.descriptor.streaming != .unary })
        #expect(services.streams.allSatisfy { $0.descriptor.streaming != .serverStreaming || $0.descriptor.isRead })
    }

    @Test func everyChangeHasARequestID() {
        #expect(!declared.isEmpty)
        #expect(declared.compactMap(MethodRules.requestIDViolation) == [])
    }

    @Test func missingDoubledAndForeignRowsAreFound() {
        let (get, make) = (method("Get", .noSideEffects), method("Make", .unknown))
        let changed = method("Get", .unknown)
        #expect(MethodRules.tableViolations(declared: [get, make], rows: [make, get]) == [])
        #expect(MethodRules.tableViolations(declared: [get, make], rows: [get]).count == 1)
        #expect(MethodRules.tableViolations(declared: [get], rows: [get, get]).count == 1)
        #expect(MethodRules.tableViolations(declared: [get], rows: [get, make]).count == 1)
        #expect(MethodRules.tableViolations(declared: [get], rows: [changed]).count == 1)
    }

    @Test(arguments: [
        (Idempotency.unknown, []), (.unknown, [Scope("vouchers", "read")]),
        (.noSideEffects, [Scope("vouchers", "write")]),
        (.unknown, [Scope("vouchers", "everything")]), (.unknown, [Scope("catalog", "write")]),
    ])
    func aWrongPermissionIsFound(_ idempotency: Idempotency, _ scopes: [Scope]) {
        #expect(MethodRules.permissionViolation(method("Do", idempotency), .anyOf(scopes)) != nil)
    }

    @Test func aMissingRequestIDIsFound() {
        #expect(MethodRules.requestIDViolation(method("Make", .unknown, hasRequestID: false)) != nil)
        #expect(MethodRules.requestIDViolation(method("Make", .idempotent, hasRequestID: false)) != nil)
        #expect(MethodRules.requestIDViolation(method("Get", .noSideEffects, hasRequestID: false)) == nil)
    }

    private func method(_ name: String, _ idempotency: Idempotency, hasRequestID: Bool = true) -> MethodDescriptor {
        MethodDescriptor(
            service: "usher.vouchers.v1.VoucherService", name: name, requestType: "Request", responseType: "Response",
            streaming: .unary, idempotency: idempotency, hasRequestID: hasRequestID, requestContainsMap: false)
    }

    /// The rows of the services, which want a storage although no row does anything here.
    private func services() throws -> Services {
        let directory = FileManager.default.temporaryDirectory.appending(path: "usher-house-\(UUID())").path
        let storage = try Storage(
            directory: directory, platformMigrations: Schema.platform, organisationMigrations: Schema.organisation,
            logger: Logger(label: "house", factory: { _ in SwiftLogNoOpLogHandler() }))
        defer {
            storage.shutdown()
            try? FileManager.default.removeItem(atPath: directory)
        }
        return Services(storage: storage, credentials: CredentialTable())
    }
}
