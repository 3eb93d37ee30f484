import Foundation
import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

/// DeleteViewer forgets what its proto says that it forgets: in the tables, in what lists say, and in the replies that
/// are kept for repetitions.
@Suite struct ForgettingTests {
    private static let email = "anna.forgetme@example.org"
    private static let ip = "203.0.113.77"
    private static let device = "Annas Fernseher"

    /// Anna and Bob, who have done the same things, each call with a request id.
    private func populate(_ harness: Harness) async throws {
        for (viewer, email, ip, device) in [
            ("anna", Self.email, Self.ip, Self.device), ("bob", "bob@example.org", "203.0.113.78", "Bobs Fernseher"),
        ] {
            try await harness.call(
                Catalog.createViewer,
                .with { ($0.viewer.viewerID, $0.viewer.email, $0.requestID) = (viewer, email, "create-\(viewer)") })
            try await harness.call(
                Accesses.grantAccess,
                .with { ($0.viewerID, $0.assetID, $0.requestID) = (viewer, "opening", "grant-\(viewer)") })
            try await harness.call(
                Accesses.startPlayback,
                .with {
                    ($0.viewerID, $0.assetID, $0.ip) = (viewer, "opening", ip)
                    ($0.country, $0.device, $0.requestID) = ("LI", device, "play-\(viewer)")
                })
        }
    }

    private func createAgain(_ viewer: String, _ email: String, in harness: Harness) async throws -> Refusal? {
        try await harness.refusal(
            Catalog.createViewer,
            .with { ($0.viewer.viewerID, $0.viewer.email, $0.requestID) = (viewer, email, "create-\(viewer)") })
    }

    @Test func sessionsSayNothingOfADeletedViewer() async throws {
        let harness = try await Harness.withOpening()
        try await populate(harness)
        try await harness.call(Catalog.deleteViewer, .with { $0.viewerID = "anna" })
        let sessions = try await harness.call(Accesses.listSessions, .init()).sessions
        #expect(sessions.map(\.device) == ["", "Bobs Fernseher"])
        #expect(sessions.map(\.ip) == ["", "203.0.113.78"])
        #expect(sessions.map(\.country) == ["", "LI"])
    }

    @Test func keptRepliesAreForgotten() async throws {
        let harness = try await Harness.withOpening()
        try await populate(harness)
        #expect(try await createAgain("anna", Self.email, in: harness) == nil, "a repetition")
        try await harness.call(Catalog.deleteViewer, .with { ($0.viewerID, $0.requestID) = ("anna", "delete") })
        #expect(try await createAgain("anna", Self.email, in: harness)?.reason == "REPLY_NOT_KEPT")
        let play = try await harness.refusal(
            Accesses.startPlayback,
            .with {
                ($0.viewerID, $0.assetID, $0.ip) = ("anna", "opening", Self.ip)
                ($0.country, $0.device, $0.requestID) = ("LI", Self.device, "play-anna")
            })
        #expect(play?.reason == "REPLY_NOT_KEPT")
        // What tells nothing of her is repeated, and so is what is another's.
        let grant = try await harness.refusal(
            Accesses.grantAccess,
            .with { ($0.viewerID, $0.assetID, $0.requestID) = ("anna", "opening", "grant-anna") })
        #expect(grant == nil)
        #expect(try await createAgain("bob", "bob@example.org", in: harness) == nil)
        let delete = try await harness.refusal(
            Catalog.deleteViewer, .with { ($0.viewerID, $0.requestID) = ("anna", "delete") })
        #expect(delete == nil)
    }

    /// Whatever stands where: the organisation's files do not have it any more.
    @Test func theFilesHaveNothingOfIt() async throws {
        let harness = try await Harness.withOpening()
        try await harness.call(
            Organisations.updateSettings,
            .with {
                $0.settings.singleIpProtection = true
                $0.updateMask.paths = ["single_ip_protection"]
            })
        try await populate(harness)
        _ = try await harness.createVoucher("GUESTS")
        let voucher = try await harness.call(Vouchers.lookupVoucher, .with { $0.code = "GUESTS" })
        try await harness.call(
            Vouchers.addVoucherEmails,
            .with { ($0.voucherID, $0.emails, $0.requestID) = (voucher.voucherID, [Self.email], "add") })
        try await harness.call(
            Catalog.updateViewer,
            .with {
                ($0.viewer.viewerID, $0.viewer.email) = ("anna", "was-" + Self.email)
                $0.requestID = "update"
            })
        try await harness.call(
            Catalog.updateViewer,
            .with { ($0.viewer.viewerID, $0.viewer.email, $0.requestID) = ("anna", Self.email, "back") })
        try await harness.call(
            Catalog.deactivateViewer, .with { ($0.viewerID, $0.reason) = ("anna", "wrote from \(Self.email)") })
        #expect(try found(in: harness) == ["email", "ip", "device"], "it is looked for in the right place")
        try await harness.call(Catalog.deleteViewer, .with { $0.viewerID = "anna" })
        #expect(try found(in: harness) == [])
    }

    private func found(in harness: Harness) throws -> [String] {
        let folder = "\(harness.directory)/organisations/nordfilm"
        // Once to see that it is not used, once to close it, which empties the WAL; again while something of it runs.
        repeat {
            harness.storage.closeIdleOrganisations()
        } while FileManager.default.fileExists(atPath: "\(folder)/usher.sqlite-wal")
        let bytes = try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: Data()) { bytes, name in
            bytes += try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
        }
        return [("email", Self.email), ("ip", Self.ip), ("device", Self.device)].filter { _, text in
            bytes.range(of: Data(text.utf8)) != nil
        }.map(\.0)
    }

    // MARK: Lists of addresses

    private func list(_ harness: Harness, _ voucherID: String) async throws -> [String] {
        try await harness.call(Vouchers.listVoucherEmails, .with { $0.voucherID = voucherID }).emails.map(\.email)
    }

    @Test func aListForgetsAnAddressAndIsStillAList() async throws {
        let harness = try await Harness.withOpening()
        try await populate(harness)
        let id = try await harness.createVoucher("GUESTS") { $0.scope.assetIds = ["opening"] }.voucherID
        try await harness.call(
            Vouchers.addVoucherEmails, .with { ($0.voucherID, $0.emails) = (id, [Self.email.uppercased()]) })
        try await harness.call(Catalog.deleteViewer, .with { $0.viewerID = "anna" })
        let left = try await list(harness, id)
        #expect(left.count == 1 && left[0].hasPrefix("vwr_"))
        #expect(try await harness.redeemReason("GUESTS", "bob") == "NOT_ELIGIBLE", "it is not everybody's now")
        let removed = try await harness.call(
            Vouchers.removeVoucherEmails, .with { ($0.voucherID, $0.emails) = (id, left) })
        #expect(removed.removedCount == 1 && removed.emailCount == 0)
    }

    @Test func whoSharesAnAddressKeepsIt() async throws {
        let harness = try await Harness.withOpening()
        try await populate(harness)
        try await harness.call(
            Catalog.createViewer, .with { ($0.viewer.viewerID, $0.viewer.email) = ("otto", Self.email) })
        let id = try await harness.createVoucher("GUESTS").voucherID
        try await harness.call(
            Vouchers.addVoucherEmails, .with { ($0.voucherID, $0.emails) = (id, [Self.email]) })
        try await harness.call(Catalog.deleteViewer, .with { $0.viewerID = "anna" })
        #expect(try await list(harness, id) == [Self.email])
        try await harness.call(Catalog.deleteViewer, .with { $0.viewerID = "otto" })
        #expect(try await list(harness, id) != [Self.email])
    }
}
