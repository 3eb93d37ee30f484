import UsherContract

/// Every reason why a ticket cannot be moved. The rules say in which order they are checked.
enum DistributionRefusal: String, CaseIterable {
    case contactNotFound = "CONTACT_NOT_FOUND"
    case cartNotFound = "CART_NOT_FOUND"
    case notYourStructure = "NOT_YOUR_STRUCTURE"
    case ticketNotFound = "TICKET_NOT_FOUND"
    case ticketNotInCart = "TICKET_NOT_IN_CART"
    case ticketInCart = "TICKET_IN_CART"
    case ticketCancelled = "TICKET_CANCELLED"
    case notOwner = "NOT_OWNER"
    case notDistributed = "NOT_DISTRIBUTED"
    case takeBackNotAllowed = "TAKE_BACK_NOT_ALLOWED"
    case ticketControlled = "TICKET_CONTROLLED"
    case notDistributor = "NOT_DISTRIBUTOR"
    case transferPending = "TRANSFER_PENDING"
    case alreadyOwner = "ALREADY_OWNER"
    case transferLimitReached = "TRANSFER_LIMIT_REACHED"
    case transferNotFound = "TRANSFER_NOT_FOUND"
    case notRecipient = "NOT_RECIPIENT"
    case transferEnded = "TRANSFER_ENDED"
    case reasonRequired = "REASON_REQUIRED"
    case cartFull = "CART_FULL"
    case rowRepeated = "ROW_REPEATED"
    case rowStale = "ROW_STALE"

    private var code: StatusCode {
        switch self {
        case .contactNotFound, .cartNotFound, .ticketNotFound, .ticketNotInCart, .transferNotFound: .notFound
        case .notYourStructure, .notOwner, .notDistributor, .notRecipient: .permissionDenied
        case .cartFull: .resourceExhausted
        default: .failedPrecondition
        }
    }

    var message: String {
        switch self {
        case .contactNotFound: "There is no such contact."
        case .cartNotFound: "There is no such cart."
        case .notYourStructure: "Only relays of one structure act for each other."
        case .ticketNotFound: "There is no such ticket."
        case .ticketNotInCart: "The ticket is not in the cart."
        case .ticketInCart: "The ticket is in a cart: take it out first."
        case .ticketCancelled: "The ticket was cancelled."
        case .notOwner: "The ticket is someone else's."
        case .notDistributed: "The ticket was not distributed: there is nothing to take back."
        case .takeBackNotAllowed: "The point of sale does not let this contact take back such a ticket."
        case .ticketControlled: "Someone came in with the ticket already."
        case .notDistributor: "Only who distributed the ticket may take it back."
        case .transferPending: "The ticket is offered to someone: withdraw the transfer first."
        case .alreadyOwner: "The contact has the ticket already."
        case .transferLimitReached: "The ticket was transferred as often as it may be."
        case .transferNotFound: "There is no such transfer."
        case .notRecipient: "The transfer is between others."
        case .transferEnded: "The transfer is not pending any more."
        case .reasonRequired: "Say why tickets are taken back."
        case .cartFull: "The cart would have more than \(HeldTicket.cartLimit) tickets."
        case .rowRepeated: "The ticket stands in an earlier row."
        case .rowStale: "The ticket's owner has changed since the file was written."
        }
    }

    var refusal: Refusal { Refusal(code, rawValue, message) }

    /// The refusal of a call that is about one ticket among others.
    func refusal(about ticketID: String) -> Refusal {
        var refusal = refusal
        refusal.metadata = ["ticket_id": String(ticketID.prefix(63))]
        return refusal
    }

    func refusal(about ticket: HeldTicket) -> Refusal { refusal(about: ticket.id.description) }

    // MARK: With details

    static func contactExists(_ email: String) -> Refusal {
        Refusal(.alreadyExists, "CONTACT_EXISTS", "There is a contact with the address \(email) already.")
    }

    static func seatTaken(row: Int) -> Refusal {
        Refusal(
            .alreadyExists, "SEAT_TAKEN", "Ticket \(row): there is a ticket for this seat already.",
            metadata: ["row": String(row)])
    }

    static func nothingAllocated(_ contactID: String) -> Refusal {
        Refusal(
            .failedPrecondition, "NOTHING_ALLOCATED", "No ticket of the cart is allocated to \(contactID).",
            metadata: ["contact_id": contactID])
    }

    static var tooManyRows: Refusal {
        let description = "must have at most 10,000 rows"
        return Refusal(
            .invalidArgument, "TOO_MANY_ROWS", "csv \(description)",
            violations: [FieldViolation(field: "csv", description: description)])
    }

    static func takeBackLimitReached(_ allowance: TakeBackAllowance, _ policy: TakeBackPolicy, at now: Instant)
        -> Refusal
    {
        let left = allowance.left(policy, at: now)
        return Refusal(
            .resourceExhausted, "TAKE_BACK_LIMIT_REACHED",
            "A contact takes back at most \(policy.limit) tickets in 24 hours; \(left) more are allowed now.",
            metadata: ["allowed": String(left)], retryAfter: allowance.wait(at: now))
    }
}
