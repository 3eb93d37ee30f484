import Testing
import UsherAPI
import UsherContract

@Suite struct ContactTests {
    @Test func addressesAreUniqueInAnyCase() async throws {
        let harness = try await Harness.withMatches()
        let made = try await harness.call(
            Distributions.createContact,
            .with { ($0.contact.name, $0.contact.email) = ("Anna", "Anna@Example.org") })
        #expect(made.contactID.hasPrefix("ctc_") && made.kind == .individual && made.organisationID == "nordfilm")
        let again = try await harness.refusal(
            Distributions.createContact, .with { $0.contact.email = "anna@example.ORG" })
        #expect(again?.reason == "CONTACT_EXISTS" && again?.code == .alreadyExists)
        for email in ["", "anna", "a@b@c", "a b@c"] {
            let refusal = try await harness.refusal(Distributions.createContact, .with { $0.contact.email = email })
            #expect(refusal?.violations.first?.field == "contact.email")
        }
        #expect(
            try await harness.call(Distributions.getContact, .with { $0.contactID = made.contactID }) == made)
        let absent = try await harness.refusal(Distributions.getContact, .with { $0.contactID = "ctc_x" })
        #expect(absent?.reason == "CONTACT_NOT_FOUND")
    }

    @Test func contactsAreListedByStructureAddressAndKind() async throws {
        let harness = try await Harness.withMatches()
        let one = try await harness.contact("one", .relay, structure: "fc")
        let two = try await harness.contact("two", structure: "fc")
        let three = try await harness.contact("three", .relay)
        func list(
            _ change: (inout Usher_Distribution_V1_ListContactsRequest) -> Void
        ) async throws -> [String] {
            var request = Usher_Distribution_V1_ListContactsRequest()
            change(&request)
            var found: [String] = []
            repeat {
                let page = try await harness.call(Distributions.listContacts, request)
                found += page.contacts.map(\.contactID)
                request.pageToken = page.nextPageToken
            } while !request.pageToken.isEmpty
            return found
        }
        #expect(try await list { _ in } == [one, two, three])
        #expect(try await list { $0.pageSize = 1 } == [one, two, three])
        #expect(try await list { $0.structure = "fc" } == [one, two])
        #expect(try await list { $0.kind = .relay } == [one, three])
        #expect(try await list { ($0.kind, $0.structure) = (.relay, "fc") } == [one])
        #expect(try await list { $0.email = "TWO@example.org" } == [two])
        #expect(try await list { ($0.email, $0.structure) = ("two@example.org", "other") } == [])
    }

    @Test func contactsChangeByTheirMask() async throws {
        let harness = try await Harness.withMatches()
        let (one, other) = (try await harness.contact("one"), try await harness.contact("other"))
        var request = Usher_Distribution_V1_UpdateContactRequest()
        (request.contact.contactID, request.contact.name, request.contact.kind) = (one, "One", .relay)
        request.updateMask.paths = ["name", "kind"]
        harness.now = harness.now + .hours(1)
        let changed = try await harness.call(Distributions.updateContact, request)
        #expect(changed.name == "One" && changed.kind == .relay && changed.email == "one@example.org")
        #expect(changed.etag == "v2" && changed.updateTime.seconds == changed.createTime.seconds + 3_600)
        #expect(try await harness.call(Distributions.updateContact, request) == changed)
        // What is stored comes back, and not what was said.
        let same = try await harness.call(
            Distributions.updateContact,
            .with { ($0.contact.contactID, $0.updateMask.paths) = (other, ["kind"]) })
        #expect(same.kind == .individual && same.etag == "v1")
        request.contact.etag = "v1"
        #expect(try await harness.refusal(Distributions.updateContact, request)?.reason == "ETAG_MISMATCH")
        (request.contact.etag, request.contact.email, request.updateMask.paths) = (
            "v2", "Other@example.org", ["email"]
        )
        #expect(try await harness.refusal(Distributions.updateContact, request)?.reason == "CONTACT_EXISTS")
        request.contact.email = "ONE@example.org"
        #expect(try await harness.call(Distributions.updateContact, request).email == "ONE@example.org")
        request.updateMask.paths = ["contact_id"]
        #expect(try await harness.refusal(Distributions.updateContact, request)?.reason == "FIELD_INVALID")
    }
}
