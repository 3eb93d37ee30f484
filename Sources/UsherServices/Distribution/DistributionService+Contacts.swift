import UsherAPI
import UsherContract
import UsherStorage

extension DistributionService {
    /// Rows that one call looks at, at most: a filter that hardly anything passes gives short pages, not long calls.
    static let scanLimit = 5_000

    func createContact(
        _ request: Usher_Distribution_V1_CreateContactRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_Contact {
        var violations = Violations()
        let contact = Contact.described(request.contact, id: tx.newID(Contact.prefix), now: tx.now, &violations)
        try violations.refuse()
        guard try ContactStore.insert(contact, in: tx) else { throw DistributionRefusal.contactExists(contact.email) }
        try tx.record("contact.created", contact.id.description, after: contact.journal)
        return .init(contact, of: try tx.organisationID)
    }

    func getContact(
        _ request: Usher_Distribution_V1_GetContactRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_Contact {
        var contacts = ContactBook(tx)
        return .init(try contacts.named(request.contactID), of: try tx.organisationID)
    }

    func listContacts(
        _ request: Usher_Distribution_V1_ListContactsRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_ListContactsResponse {
        let page = try Page(of: request, in: tx)
        var violations = Violations()
        violations.requireText(request.structure, "structure", Contact.structureLengths)
        if case .UNRECOGNIZED = request.kind { violations.require(false, "kind", "must be RELAY or INDIVIDUAL") }
        try violations.refuse()
        let organisationID = try tx.organisationID
        let kind = Contact.Kind(request.kind)
        func passes(_ contact: Contact) -> Bool { kind.map { contact.kind == $0 } ?? true }
        var response = Usher_Distribution_V1_ListContactsResponse()
        if !request.email.isEmpty {
            let found = try ContactStore.find(email: request.email, in: tx)
            if let found, passes(found), [found.structure, ""].contains(request.structure) {
                response.contacts = [.init(found, of: organisationID)]
            }
            return response
        }
        var (last, scanned) = (try page.afterNumber(), 0)
        while true {
            let chunk = min(page.size + 1, Self.scanLimit - scanned)
            let rows = try ContactStore.list(structure: request.structure, after: last, limit: chunk, in: tx)
            for contact in rows {
                if response.contacts.count == page.size {
                    response.nextPageToken = page.token(after: String(last))
                    return response
                }
                last = contact.id.number
                if passes(contact) { response.contacts.append(.init(contact, of: organisationID)) }
            }
            scanned += rows.count
            if rows.count < chunk { return response }
            if scanned >= Self.scanLimit {
                response.nextPageToken = page.token(after: String(last))
                return response
            }
        }
    }

    func updateContact(
        _ request: Usher_Distribution_V1_UpdateContactRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_Contact {
        var violations = Violations()
        let fields = ContactField.named(in: request.updateMask, &violations)
        try violations.refuse()
        var contacts = ContactBook(tx)
        let before = try contacts.named(request.contact.contactID)
        try ETag.check(request.contact.etag, against: before.version)
        var message = Usher_Distribution_V1_Contact(before, of: try tx.organisationID)
        for field in fields { message.take(field, from: request.contact) }
        var contact = Contact.described(message, id: before.id, now: before.createTime, &violations)
        try violations.refuse()
        (contact.updateTime, contact.version) = (before.updateTime, before.version)
        guard contact != before else { return .init(before, of: try tx.organisationID) }
        let other = try ContactStore.find(email: contact.email, in: tx)
        guard other == nil || other?.id == contact.id else { throw DistributionRefusal.contactExists(contact.email) }
        (contact.updateTime, contact.version) = (tx.now, before.version + 1)
        try ContactStore.update(contact, in: tx)
        try tx.record("contact.updated", contact.id.description, before: before.journal, after: contact.journal)
        return .init(contact, of: try tx.organisationID)
    }
}
