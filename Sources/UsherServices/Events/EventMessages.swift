import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension JournalEntry {
    static let prefix = "evt"

    /// The event's id: its sequence in the form of an id.
    private var id: String { ResourceID(prefix: Self.prefix, number: sequence).description }

    func event(of organisationID: String) -> Usher_Events_V1_Event {
        .with { message in
            message.eventID = id
            message.sequence = sequence
            message.createTime = .init(time)
            message.type = event
            message.resourceID = resource
            message.changesJson = changes
            message.organisationID = organisationID
        }
    }

    func auditEntry(of organisationID: String) -> Usher_Events_V1_AuditEntry {
        .with { message in
            message.event = event(of: organisationID)
            message.actor = role.message
            message.keyID = role == .system ? "" : principal
            message.method = method
            message.requestID = requestID
        }
    }
}

extension Caller.Role {
    fileprivate var message: Usher_Events_V1_Actor {
        switch self {
        case .platformOperator: .operator
        case .organisation: .organisation
        case .system: .system
        }
    }
}

extension Usher_Events_V1_ListEventsRequest: PagedRequest {}
extension Usher_Events_V1_ListAuditEntriesRequest: PagedRequest {}
