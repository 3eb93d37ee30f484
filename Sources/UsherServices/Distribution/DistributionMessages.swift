import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension Usher_Distribution_V1_ListTicketsRequest: PagedRequest {}
extension Usher_Distribution_V1_ListContactsRequest: PagedRequest {}
extension Usher_Distribution_V1_ListSeatsRequest: PagedRequest {}
extension Usher_Distribution_V1_GetTicketingDashboardRequest: PagedRequest {}
extension Usher_Distribution_V1_ExportTicketDetailsRequest: PagedRequest {}

/// The fields of a contact that a caller may change, by their paths in an update mask.
enum ContactField: String, CaseIterable {
    case name, email, kind, structure
}

extension Usher_Distribution_V1_Contact {
    init(_ contact: Contact, of organisationID: String) {
        self.init()
        contactID = contact.id.description
        self.organisationID = organisationID
        name = contact.name
        email = contact.email
        kind = contact.kind == .relay ? .relay : .individual
        structure = contact.structure
        createTime = Google_Protobuf_Timestamp(contact.createTime)
        updateTime = Google_Protobuf_Timestamp(contact.updateTime)
        etag = ETag.text(contact.version)
    }

    /// Takes the value of one field from another message.
    mutating func take(_ field: ContactField, from given: Self) {
        switch field {
        case .name: name = given.name
        case .email: email = given.email
        case .kind: kind = given.kind
        case .structure: structure = given.structure
        }
    }
}

extension Contact {
    /// A contact as a caller describes it.
    static func described(
        _ given: Usher_Distribution_V1_Contact, id: ResourceID, now: Instant, _ violations: inout Violations
    ) -> Contact {
        violations.requireText(given.name, "contact.name", nameLengths)
        violations.require(!given.email.isEmpty, "contact.email", "must be given")
        violations.requireEmail(given.email, "contact.email")
        violations.requireText(given.structure, "contact.structure", structureLengths)
        if case .UNRECOGNIZED = given.kind {
            violations.require(false, "contact.kind", "must be RELAY or INDIVIDUAL")
        }
        return Contact(
            id: id, name: given.name, email: given.email, kind: given.kind == .relay ? .relay : .individual,
            structure: given.structure, createTime: now, updateTime: now, version: 1)
    }
}

extension Contact.Kind {
    /// Nil for UNSPECIFIED.
    init?(_ given: Usher_Distribution_V1_ContactKind) { self.init(rawValue: Int64(given.rawValue)) }
}

extension HeldTicket.Delivery {
    var message: Usher_Distribution_V1_Delivery {
        switch self {
        case .none: .none
        case .injected: .injected
        case .downloaded: .downloaded
        }
    }
}

extension TicketSelection.Part {
    init(_ given: Usher_Distribution_V1_Distribution, _ field: String, _ violations: inout Violations) {
        switch given {
        case .unspecified: self = .both
        case .remaining: self = .remaining
        case .distributed: self = .distributed
        case .UNRECOGNIZED:
            violations.require(false, field, "must be REMAINING or DISTRIBUTED")
            self = .both
        }
    }
}

extension Usher_Distribution_V1_TicketMove {
    init(_ move: TicketMove) {
        self.init()
        kind =
            switch move.kind {
            case .registered: .registered
            case .distributed: .distributed
            case .takenBack: .takenBack
            case .transferred: .transferred
            }
        actingContactID = move.actingKey.map(Contact.text) ?? ""
        fromContactID = move.fromKey.map(Contact.text) ?? ""
        toContactID = Contact.text(move.toKey)
        reason = move.reason
        moveTime = Google_Protobuf_Timestamp(move.time)
    }
}

extension Usher_Distribution_V1_Transfer {
    init(_ transfer: Transfer) {
        self.init()
        transferID = transfer.id.description
        ticketID = HeldTicket.text(transfer.ticketKey)
        fromContactID = Contact.text(transfer.fromKey)
        toContactID = Contact.text(transfer.toKey)
        state =
            switch transfer.state {
            case .pending: .pending
            case .accepted: .accepted
            case .rejected: .rejected
            case .cancelled: .cancelled
            }
        level = Int32(transfer.level)
        createTime = Google_Protobuf_Timestamp(transfer.createTime)
        if let time = transfer.endTime { endTime = Google_Protobuf_Timestamp(time) }
    }
}

extension Contact {
    /// The id of the contact with this key.
    static func text(_ key: Int64) -> String { ResourceID(prefix: prefix, number: key).description }

    /// The id of the contact's cart.
    static func cartText(_ key: Int64) -> String { ResourceID(prefix: CartItem.cartPrefix, number: key).description }
}

extension HeldTicket {
    /// The id of the ticket with this key.
    static func text(_ key: Int64) -> String { ResourceID(prefix: Ticket.prefix, number: key).description }
}

/// Puts tickets into messages for one reader: the acting contact, or the organisation itself.
struct TicketPresenter {
    private let tx: Transaction
    private let acting: Contact?
    private let policy: TakeBackPolicy
    private var contacts: ContactBook
    private var performanceIDs: [Int64: String] = [:]

    /// - Parameter acting: nil for the organisation itself.
    init(_ tx: Transaction, for acting: Contact?, _ contacts: ContactBook) throws {
        (self.tx, self.acting, self.contacts) = (tx, acting, contacts)
        policy = TakeBackPolicy(try SettingsStore.read(in: tx))
    }

    /// How far tickets may have got to their owners for the reader to take them back.
    var furthest: HeldTicket.Delivery { acting.map { policy.furthest(for: $0.kind) } ?? .none }

    mutating func performanceID(_ key: Int64) throws -> String {
        if let id = performanceIDs[key] { return id }
        let id = try AssetStore.id(of: key, in: tx) ?? ""
        performanceIDs[key] = id
        return id
    }

    mutating func canTakeBack(_ ticket: HeldTicket) throws -> Bool {
        // A transfer may have brought it back to its distributor: there is nothing to take.
        guard let acting,
            let distribution = try HeldTicketStore.distribution(of: ticket, by: acting, &contacts, in: tx),
            distribution.distributorKey != ticket.ownerKey
        else { return false }
        return TicketRules.judgeTakeBack(of: ticket, by: acting.kind, isDistributor: true, policy) == nil
    }

    /// Whether the reader may know what opens the door.
    private mutating func seesBarcode(of ticket: HeldTicket) throws -> Bool {
        guard let acting else { return true }
        return acting.acts(for: try contacts.contact(ticket.ownerKey))
    }

    mutating func message(_ ticket: HeldTicket) throws -> Usher_Distribution_V1_Ticket {
        guard let admission = try TicketStore.find(ticket.id.number, in: tx) else {
            throw StorageError.inconsistent("ticket \(ticket.id) has no admission")
        }
        var message = Usher_Distribution_V1_Ticket()
        message.ticketID = ticket.id.description
        message.organisationID = try tx.organisationID
        message.number = admission.number
        message.performanceID = try performanceID(ticket.performanceKey)
        (message.zone, message.seat) = (ticket.zone, ticket.seat)
        message.ownerContactID = Contact.text(ticket.ownerKey)
        message.initialOwnerContactID = Contact.text(ticket.initialOwnerKey)
        message.holderName = admission.admission.holderName
        message.delivery = ticket.delivery.message
        if let key = ticket.pendingTransferKey {
            message.pendingTransferID = ResourceID(prefix: Transfer.prefix, number: key).description
        }
        message.distributed = ticket.distributorKey != nil
        message.distributorContactID = ticket.distributorKey.map(Contact.text) ?? ""
        message.controlled = ticket.isControlled
        message.cancelled = ticket.isCancelled
        message.cartID = ticket.cartKey.map(Contact.cartText) ?? ""
        message.transferLevel = Int32(ticket.transferLevel)
        message.transferLimit = Int32(ticket.transferLimit)
        if try seesBarcode(of: ticket) { message.barcode = admission.barcode?.text ?? "" }
        message.takeBackPossible = try canTakeBack(ticket)
        message.createTime = Google_Protobuf_Timestamp(ticket.createTime)
        message.updateTime = Google_Protobuf_Timestamp(ticket.updateTime)
        return message
    }

    mutating func seat(_ ticket: HeldTicket, on map: Contact) throws -> Usher_Distribution_V1_Seat {
        guard let admission = try TicketStore.find(ticket.id.number, in: tx) else {
            throw StorageError.inconsistent("ticket \(ticket.id) has no admission")
        }
        var message = Usher_Distribution_V1_Seat()
        message.ticketID = ticket.id.description
        (message.zone, message.seat) = (ticket.zone, ticket.seat)
        message.state =
            ticket.ownerKey != map.id.number
            ? .distributed
            : ticket.isControlled || ticket.pendingTransferKey != nil
                ? .held : ticket.cartKey != nil ? .inCart : .remaining
        message.ownerContactID = Contact.text(ticket.ownerKey)
        message.holderName = admission.admission.holderName
        message.delivery = ticket.delivery.message
        message.cartID = ticket.cartKey.map(Contact.cartText) ?? ""
        message.takeBackPossible = try canTakeBack(ticket)
        return message
    }
}
