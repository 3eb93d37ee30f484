import Foundation
import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

/// Vouchers that are for some addresses only.
@Suite struct VoucherEmailTests {
    private func add(
        _ harness: Harness, _ id: String, _ emails: [String],
        _ change: (inout Usher_Vouchers_V1_AddVoucherEmailsRequest) -> Void = { _ in }
    ) async throws -> Usher_Vouchers_V1_AddVoucherEmailsResponse {
        var request = Usher_Vouchers_V1_AddVoucherEmailsRequest()
        (request.voucherID, request.emails) = (id, emails)
        change(&request)
        return try await harness.call(Vouchers.addVoucherEmails, request)
    }

    private func list(_ harness: Harness, _ id: String, size: Int32) async throws -> [String] {
        var (found, token) = ([String](), "")
        repeat {
            let page = try await harness.call(
                Vouchers.listVoucherEmails, .with { ($0.voucherID, $0.pageSize, $0.pageToken) = (id, size, token) })
            #expect(page.emails.count <= Int(size))
            found += page.emails.map(\.email)
            token = page.nextPageToken
        } while !token.isEmpty
        return found
    }

    @Test func onlyTheListedMayUseIt() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("LISTED") { $0.redeemOn = .firstPlay }
        let added = try await add(harness, made.voucherID, [" Derby@Mail.com", "carl@mail.com", "derby@mail.com"])
        #expect(added.addedCount == 2 && added.emailCount == 2 && added.errors.isEmpty)
        #expect(try await add(harness, made.voucherID, ["DERBY@mail.com"]).addedCount == 0)
        // Nobody with the address is there yet.
        #expect(try await harness.redeemReason("LISTED", "derby") == "NOT_ELIGIBLE")
        #expect(try await harness.redeemReason("LISTED", "") == "NOT_ELIGIBLE")
        for (viewer, email) in [("derby", "derby@MAIL.com"), ("other", "other@mail.com"), ("silent", "")] {
            try await harness.call(
                Catalog.createViewer, .with { ($0.viewer.viewerID, $0.viewer.email) = (viewer, email) })
        }
        for (viewer, reason) in [("derby", ""), ("other", "NOT_ELIGIBLE"), ("silent", "NOT_ELIGIBLE")] {
            let verdict = try await harness.call(
                Vouchers.validateVoucher, .with { ($0.code, $0.viewerID) = ("LISTED", viewer) })
            #expect(verdict.reason == reason, "\(viewer)")
            #expect(try await harness.redeemReason("LISTED", viewer) ?? "" == reason, "\(viewer)")
        }
        let voucher = try await harness.call(Vouchers.getVoucher, .with { $0.voucherID = made.voucherID })
        #expect(voucher.emailCount == 2 && voucher.etag != made.etag)
    }

    @Test func withoutAddressesItIsForAll() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("LISTED")
        _ = try await add(harness, made.voucherID, ["a@example.org", "b@example.org", "c@example.org"])
        let removed = try await harness.call(
            Vouchers.removeVoucherEmails,
            .with { ($0.voucherID, $0.emails) = (made.voucherID, ["B@example.org ", "none@example.org", "rubbish"]) })
        #expect(removed.removedCount == 1 && removed.emailCount == 2)
        #expect(try await harness.redeemReason("LISTED") == "NOT_ELIGIBLE")
        let rest = try await harness.call(
            Vouchers.removeVoucherEmails, .with { ($0.voucherID, $0.all) = (made.voucherID, true) })
        #expect(rest.removedCount == 2 && rest.emailCount == 0)
        #expect(try await harness.redeemReason("LISTED") == nil)
        let again = try await harness.call(
            Vouchers.removeVoucherEmails, .with { ($0.voucherID, $0.all) = (made.voucherID, true) })
        #expect(again.removedCount == 0)
    }

    @Test func fiveThousandAreListedInPages() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("LISTED")
        let emails = (0..<5_000).map { "viewer-\($0)@example.org" }
        #expect(try await add(harness, made.voucherID, emails).addedCount == 5_000)
        #expect(try await list(harness, made.voucherID, size: 999) == emails.sorted())
    }

    /// Two million rows fit in a request; what is too much for one call is not read to its end.
    @Test func aFileHasNoMoreRowsThanACallMayHave() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("LISTED")
        func request(_ rows: Int) -> Usher_Vouchers_V1_AddVoucherEmailsRequest {
            .with {
                ($0.voucherID, $0.mode) = (made.voucherID, .perRow)
                $0.csv = Data(("email\n" + String(repeating: "a@example.org\n", count: rows)).utf8)
            }
        }
        let refusal = try await harness.refusal(Vouchers.addVoucherEmails, request(10_001))
        #expect(refusal?.reason == "FIELD_INVALID" && refusal?.violations.map(\.field) == ["csv"])
        #expect(try await harness.call(Vouchers.addVoucherEmails, request(10_000)).emailCount == 1)
    }

    @Test func whatIsNoAddressIsReportedByRow() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("LISTED")
        let rows = ["a@example.org", "rubbish", "b@example.org", "", "x @example.org"]
        let refusal = try await harness.refusal(
            Vouchers.addVoucherEmails, .with { ($0.voucherID, $0.emails) = (made.voucherID, rows) })
        #expect(refusal?.code == .invalidArgument && refusal?.reason == "EMAIL_INVALID")
        #expect(refusal?.metadata == ["row": "2"])
        #expect(try await list(harness, made.voucherID, size: 10).isEmpty)
        let dry = try await add(harness, made.voucherID, rows) { $0.validateOnly = true }
        #expect(dry.addedCount == 2 && dry.errors.map(\.row) == [2, 4, 5])
        #expect(try await list(harness, made.voucherID, size: 10).isEmpty)
        let done = try await add(harness, made.voucherID, rows) { $0.mode = .perRow }
        #expect(done == dry)
        #expect(try await list(harness, made.voucherID, size: 10) == ["a@example.org", "b@example.org"])
    }

    @Test func aFileOfAddresses() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("LISTED")
        let csv =
            "\u{FEFF}name,EMAIL\r\nDerby,derby@mail.com\r\n\"Ek, Anna\",\"Anna@mail.com\"\nnobody,rubbish\nshort\n"
        var request = Usher_Vouchers_V1_AddVoucherEmailsRequest()
        (request.voucherID, request.csv) = (made.voucherID, Data(csv.utf8))
        let refusal = try await harness.refusal(Vouchers.addVoucherEmails, request)
        #expect(refusal?.reason == "EMAIL_INVALID" && refusal?.metadata == ["row": "4"])
        request.mode = .perRow
        let done = try await harness.call(Vouchers.addVoucherEmails, request)
        #expect(done.addedCount == 2 && done.errors.map(\.row) == [4, 5])
        #expect(done.errors.map(\.reason) == ["EMAIL_INVALID", "CSV_FIELDS_MISSING"])
        #expect(try await list(harness, made.voucherID, size: 10) == ["anna@mail.com", "derby@mail.com"])
        for (text, reason) in [("name\nDerby\n", "CSV_COLUMN_MISSING"), ("\u{FEFF}", "CSV_HEADER_MISSING")] {
            request.csv = Data(text.utf8)
            #expect(try await harness.refusal(Vouchers.addVoucherEmails, request)?.reason == reason)
        }
        request.emails = ["a@example.org"]
        #expect(
            try await harness.refusal(Vouchers.addVoucherEmails, request)?.violations.first?.field == "emails")
    }

    @Test func refusals() async throws {
        let harness = try await Harness.withOpening()
        let gone = try await harness.createVoucher("GONE")
        try await harness.call(Vouchers.deleteVoucher, .with { $0.voucherID = gone.voucherID })
        for (id, reason) in [("vch_0000000000001", "VOUCHER_NOT_FOUND"), (gone.voucherID, "VOUCHER_DELETED")] {
            let add = try await harness.refusal(
                Vouchers.addVoucherEmails, .with { ($0.voucherID, $0.emails) = (id, ["a@example.org"]) })
            let remove = try await harness.refusal(
                Vouchers.removeVoucherEmails, .with { ($0.voucherID, $0.all) = (id, true) })
            #expect(add?.reason == reason && remove?.reason == reason)
        }
        let none = try await harness.refusal(
            Vouchers.listVoucherEmails, .with { $0.voucherID = "vch_0000000000001" })
        #expect(none?.reason == "VOUCHER_NOT_FOUND")
        let made = try await harness.createVoucher("LISTED")
        for emails in [[], [String](repeating: "a@example.org", count: 10_001)] {
            let refusal = try await harness.refusal(
                Vouchers.addVoucherEmails, .with { ($0.voucherID, $0.emails) = (made.voucherID, emails) })
            #expect(refusal?.violations.first?.field == "emails")
        }
        let both = try await harness.refusal(
            Vouchers.removeVoucherEmails,
            .with { ($0.voucherID, $0.emails, $0.all) = (made.voucherID, ["a@example.org"], true) })
        #expect(both?.violations.first?.field == "emails")
    }

    @Test func aListHasAnEnd() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("LISTED")
        for chunk in 0..<10 {
            _ = try await add(harness, made.voucherID, (0..<10_000).map { "viewer-\(chunk)-\($0)@example.org" })
        }
        let refusal = try await harness.refusal(
            Vouchers.addVoucherEmails, .with { ($0.voucherID, $0.emails) = (made.voucherID, ["more@example.org"]) })
        #expect(refusal?.reason == "EMAIL_LIMIT_REACHED")
    }
}
