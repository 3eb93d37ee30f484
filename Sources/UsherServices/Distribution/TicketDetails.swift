/// The columns of ticket details. The header's names are those that ticket shops know.
enum TicketDetails: String, CSVColumn {
    case ticketID = "Ticket ID"
    case number = "Ticket number"
    case performance = "Performance"
    case zone = "Zone"
    case seat = "Seat"
    case email = "CC Email"
    case holderName = "Holder name"
    case delivery = "Delivery"
    case distributed = "Distributed"
    case controlled = "Controlled"
    case cancelled = "Cancelled"
    case newEmail = "[NEW] CC Email"

    static let required: Set<Self> = [.ticketID, .email, .newEmail]

    /// Text that a spreadsheet does not take for a formula. Such columns are never read back.
    static func plain(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) else { return text }
        return "'" + text
    }

    static func word(_ value: Bool) -> String { value ? "yes" : "no" }
}
