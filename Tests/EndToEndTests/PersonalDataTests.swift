import Foundation
import Testing
import UsherAPI
import UsherClient
import UsherContract

/// What is written about persons, from the outside: nothing of it gets into the journal, and no text of any method has
/// control characters in it.
@Suite struct PersonalDataTests {
    /// What the journal may have of a caller's texts: names of what there is to see and to sell, the owner's own
    /// numbers, and why somebody did something.
    private static let allowed: Set<String> = [
        // Whoever reads of a thing must see which.
        "name", "title", "description", "related_content", "package_code", "code_prefix", "code_suffix",
        "ticket_template", "structure", "scope", "provision_service",
        // Numbers of the owner's other systems.
        "order_id", "order_number", "payment_reference", "reference",
        // Doors, and what stands at them.
        "device_id", "gate",
        // Why: for that the journal is read. Of an e-mail address in it nothing is left, see JournalGuardTests.
        "reason", "cancel_reason", "reversal_reason",
        // The operator's own.
        "certificate_uri",
        // Ids of callers' own choosing, which cannot have a blank or an @ in them.
        "viewer_id", "asset_id", "package_id", "purchaser_id", "performance_id", "payment_period_id", "added",
        "removed", "created", "updated", "asset_ids", "member_asset_ids", "pass_product_id",
        "organisation_id", "resource",
    ]

    private static let word = "zzmarkzz"
    private static let marks = [word, "\(word)@example.org", "203.0.113.77", "email\n\(word)@example.org\n"]

    /// Every method that writes × every text of its request × a mark: then the whole journal is searched for it.
    @Test(arguments: 0..<4) func noPersonalTextGetsIntoTheJournal(quarter: Int) async throws {
        try await RunningServer.with { server in
            var (calls, written) = (0, 0)
            var seen: [String: Set<String>] = [:]
            for (number, method) in UsherAPI.methods.enumerated()
            where number % 4 == quarter && !method.descriptor.isRead && server.actsInOrganisation(method) {
                var tenant = try await Tenant("tenant-\(100 + number)", on: server)
                let shape = try RequestShape(method)
                let socket = try RawSocket(port: server.port)
                for leaf in shape.leaves where Self.isText(leaf.value) {
                    var hasChanged = false
                    for mark in Self.marks {
                        // What was written may have used up or changed what the next one needs.
                        if hasChanged, (try? await tenant.renew(10 + calls)) == nil {
                            for (event, field) in try await Self.marked(tenant) {
                                seen[field, default: []].insert(event)
                            }
                            await tenant.client.close()
                            tenant = try await Tenant("tenant-\(100 + number)-\(calls)", on: server)
                        }
                        let value = Self.value(mark, like: leaf.value)
                        let usual = try tenant.usual(shape)
                        guard let payload = try? shape.payload(usual, replacing: (leaf.path, value)) else { continue }
                        let frame = try #require(
                            socket.call(
                                method.descriptor, payload, metadata: bearer(tenant.key),
                                streamTimeout: .milliseconds(100)))
                        calls += 1
                        hasChanged = try frame.refusal == nil
                        if hasChanged { written += 1 }
                    }
                }
                for (event, field) in try await Self.marked(tenant) { seen[field, default: []].insert(event) }
                await tenant.client.close()
            }
            print("marks: \(calls) calls, \(written) written, seen in \(seen.keys.sorted())")
            #expect(written > 0 && !seen.isEmpty)
            for (field, events) in seen where !Self.allowed.contains(field) {
                Issue.record("the journal has a text of a caller in \(field) of \(events.sorted())")
            }
        }
    }

    /// The same with control characters: no write takes them.
    @Test(arguments: 0..<4) func noTextHasControlCharacters(quarter: Int) async throws {
        try await RunningServer.with { server in
            var calls = 0
            var taken: [String: String] = [:]
            for (number, method) in UsherAPI.methods.enumerated()
            where number % 4 == quarter && !method.descriptor.isRead {
                let tenant = try await Tenant("tenant-\(100 + number)", on: server)
                let shape = try RequestShape(method)
                let socket = try RawSocket(port: server.port)
                for leaf in shape.leaves where Self.isText(leaf.value) {
                    for text in ["a\u{0}b", "a\u{1b}[2Jb", "a\u{7f}b", "a\u{85}b", "a\u{0}b@example.org"] {
                        let value = Self.value(text, like: leaf.value)
                        let usual = try tenant.usual(shape)
                        guard let payload = try? shape.payload(usual, replacing: (leaf.path, value)) else { continue }
                        for metadata in [
                            bearer(tenant.key), bearer(server.operatorKey) + [("organisation", tenant.organisation)],
                        ] {
                            let frame = try #require(
                                socket.call(
                                    method.descriptor, payload, metadata: metadata, streamTimeout: .milliseconds(100)))
                            calls += 1
                            if try frame.refusal == nil {
                                taken["\(method.descriptor.name) \(leaf.path.joined(separator: "."))"] = text
                            }
                        }
                    }
                }
                await tenant.client.close()
            }
            print("control characters: \(calls) calls")
            #expect(calls > 0)
            for (field, text) in taken where !Self.isNotKept(field) {
                Issue.record("\(field) takes \(text.debugDescription)")
            }
        }
    }

    /// What is said and not kept: output-only fields, what the update mask of the usual request does not name, what is
    /// only looked up or compared, how codes are made where one is given, and files. A scan keeps what the scanner has
    /// read, whatever it was: that nobody was let in with it is to be recorded, too.
    private static func isNotKept(_ field: String) -> Bool {
        let last = field.split { $0 == "." || $0 == " " }.last.map(String.init) ?? ""
        if ["etag", "organisationId", "csv", "emails", "keyId", "secret", "updateMask"].contains(last) { return true }
        if ["ScanBarcode barcode", "StartPlayback code", "RemoveFromCart ticketIds"].contains(field) { return true }
        if field.contains(" codeProfile.") { return true }
        if field.hasPrefix("CreateVoucher voucher."), last.hasSuffix("Id") { return true }
        return field.hasPrefix("Update") && field.contains(".")
    }

    /// Where the tenant's journal has a mark: event and field.
    private static func marked(_ tenant: Tenant) async throws -> [(event: String, field: String)] {
        var found: [(String, String)] = []
        var token = ""
        repeat {
            let page = try await tenant.client.events.listAuditEntries(
                .with { ($0.pageSize, $0.pageToken) = (1_000, token) })
            token = page.nextPageToken
            for entry in page.auditEntries {
                let event = entry.event
                if isMarked(event.resourceID) { found.append((event.type, "resource")) }
                #expect(!event.changesJson.contains("@example.org") && !entry.requestID.contains("@"))
                for (field, change) in try changes(event.changesJson) where isMarked("\(change)") {
                    found.append((event.type, field))
                }
            }
        } while !token.isEmpty
        return found
    }

    private static func changes(_ json: String) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] ?? [:]
    }

    private static func isMarked(_ text: String) -> Bool { text.contains(word) || text.contains("203.0.113.77") }

    private static func value(_ text: String, like example: Any) -> Any {
        example is [Any] ? [text] : example is [String: Any] ? ["k": text] : text
    }

    /// Whether a field holds texts, and no times, enums or numbers.
    private static func isText(_ example: Any) -> Bool {
        if let list = example as? [Any] { return list.first.map(isText) ?? false }
        if let map = example as? [String: Any] { return map.isEmpty }
        guard let text = example as? String else { return false }
        return !text.hasPrefix("1970-") && !text.hasSuffix("_UNSPECIFIED") && text != "0"
    }
}

extension RunningServer {
    fileprivate func actsInOrganisation(_ method: any AnyMethod) -> Bool {
        organisationMethods.contains(method.descriptor.fullName)
    }
}
