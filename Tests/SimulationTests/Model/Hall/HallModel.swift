import UsherAPI
import UsherContract

/// What an organisation should hold of tickets and passes: who has which, what opens which door, and who came in.
///
/// The services keep most of that in columns. Here it follows from what happened: where somebody is from the scans,
/// what opens a door from the order in which barcodes were made, who may take a ticket back from the distributions that
/// stand on one another.
final class HallModel {
    /// Everything stands in the order of its creation.
    var contacts: [ModelContact] = []
    var products: [ModelProduct] = []
    var orders: [ModelOrder] = []
    var tickets: [ModelTicket] = []
    var passes: [ModelPass] = []
    var scans: [ModelScan] = []
    var records: [ModelRecord] = []
    var transfers: [ModelTransfer] = []
    /// By performance; one that is not named lets in at any time.
    var doors: [ObjectIdentifier: Usher_Admission_V1_Doors] = [:]
    /// By performance: every number that one of its tickets has or had.
    var numbers: [ObjectIdentifier: Set<Int64>] = [:]
    /// Every barcode that somebody was told, dead ones included.
    var codes: [String: ModelCode] = [:]

    var bearers: [ModelBearer] { tickets + passes }
    /// Those that distribution knows.
    var held: [ModelTicket] { tickets.filter { $0.holding != nil } }

    /// The last time that somebody went through a door with an admission.
    func lastPassage(_ bearer: ModelBearer, _ performance: ModelAsset) -> ModelScan? {
        scans.last { $0.bearer === bearer && $0.performance == performance && $0.counts }
    }

    func lastEntry(_ bearer: ModelBearer, _ performance: ModelAsset) -> ModelScan? {
        scans.last { $0.bearer === bearer && $0.performance == performance && $0.counts && $0.direction == .entry }
    }

    func presence(_ bearer: ModelBearer, _ performance: ModelAsset) -> Usher_Admission_V1_Presence {
        guard let last = lastPassage(bearer, performance) else { return .neverIn }
        return last.direction == .entry ? .inside : .outside
    }

    /// Whether somebody came in with a ticket.
    func isControlled(_ ticket: ModelTicket) -> Bool { lastEntry(ticket, ticket.performance) != nil }

    func cart(with ticket: ModelTicket) -> ModelContact? {
        contacts.first { $0.cart.contains { $0.ticket === ticket } }
    }

    func pendingTransfer(of ticket: ModelTicket) -> ModelTransfer? {
        transfers.first { $0.ticket === ticket && $0.state == .pending }
    }
}

/// A barcode. Not every call that makes one tells it: its text is taken over where it is first seen.
final class ModelCode {
    unowned let bearer: ModelBearer
    var text: String?
    let isExternal: Bool

    init(_ bearer: ModelBearer, _ text: String? = nil) {
        (self.bearer, self.text, isExternal) = (bearer, text, text != nil)
    }
}

/// What is scanned: a ticket or a pass.
class ModelBearer {
    let id: String
    let created: Instant
    var updated: Instant
    var holder: String
    /// Oldest first. None but the last opens a door.
    var codes: [ModelCode] = []
    var admissions: [ModelAdmission] = []
    /// When it was printed last.
    var printed: Instant?
    var cancelled: Instant?
    var reason = ""

    init(_ id: String, holder: String, at now: Instant) {
        (self.id, self.holder, created, updated) = (id, holder, now, now)
    }

    var live: ModelCode? { cancelled == nil ? codes.last : nil }

    var state: Usher_Admission_V1_AdmissionState {
        cancelled != nil ? .cancelled : printed != nil ? .printed : .notPrinted
    }

    func admission(to performance: ModelAsset) -> ModelAdmission? {
        admissions.first { $0.performance == performance }
    }
}

/// The right of one person to one performance.
final class ModelAdmission {
    struct Place {
        var zone = ""
        var seat = ""
        var gates: [String] = []
    }

    let performance: ModelAsset
    let order: ModelOrder?
    let place: Place
    var printed: Instant?
    var cancelled: Instant?
    var reason = ""

    init(_ performance: ModelAsset, _ order: ModelOrder?, _ place: Place = Place()) {
        (self.performance, self.order, self.place) = (performance, order, place)
    }

    var state: Usher_Admission_V1_AdmissionState {
        cancelled != nil ? .cancelled : printed != nil ? .printed : .notPrinted
    }

    func cancel(_ reason: String, at now: Instant) {
        if cancelled == nil { (cancelled, self.reason) = (now, reason) }
    }
}

final class ModelTicket: ModelBearer {
    var number: Int64 = 0
    let template: String
    /// Nil for one that distribution does not know.
    var holding: ModelHolding?

    init(_ id: String, _ admission: ModelAdmission, holder: String, template: String, at now: Instant) {
        self.template = template
        super.init(id, holder: holder, at: now)
        admissions = [admission]
    }

    var admission: ModelAdmission { admissions[0] }
    var performance: ModelAsset { admission.performance }
}

final class ModelPass: ModelBearer {
    let order: ModelOrder
    let product: ModelProduct?
    var cards = 0

    init(_ id: String, _ order: ModelOrder, _ product: ModelProduct?, holder: String, at now: Instant) {
        (self.order, self.product) = (order, product)
        super.init(id, holder: holder, at: now)
    }
}

final class ModelOrder {
    let id: String
    var number: String
    var customer: String
    let created: Instant
    var updated: Instant
    var version = 1

    init(_ id: String, _ number: String, _ customer: String, at now: Instant) {
        (self.id, self.number, self.customer, created, updated) = (id, number, customer, now, now)
    }
}

final class ModelProduct {
    let id: String
    let kind: Usher_Admission_V1_PassProductKind
    var title: String
    var included: [ModelAsset] = []
    var eligible: [ModelAsset] = []
    var bundles: [ModelProduct] = []
    let created: Instant
    var updated: Instant
    var version = 1

    init(_ id: String, _ kind: Usher_Admission_V1_PassProductKind, _ title: String, at now: Instant) {
        (self.id, self.kind, self.title, created, updated) = (id, kind, title, now, now)
    }

    /// A pass is good for what is named, on or off a bundle; where nothing is, for everything.
    func isGood(for performance: ModelAsset) -> Bool {
        let all = included + eligible + bundles.flatMap(\.included)
        return included.isEmpty && eligible.isEmpty && bundles.isEmpty || all.contains(performance)
    }
}

final class ModelScan {
    let id: String
    let text: String
    let bearer: ModelBearer?
    let performance: ModelAsset
    let direction: Usher_Admission_V1_ScanDirection
    let request: Usher_Admission_V1_ScanBarcodeRequest
    /// What the scanner was told.
    let told: Usher_Admission_V1_ScanBarcodeResponse
    let scanned: Instant
    let created: Instant
    var annulled: Instant?

    init(
        _ question: ModelAtDoor, _ bearer: ModelBearer?, _ request: Usher_Admission_V1_ScanBarcodeRequest,
        _ told: Usher_Admission_V1_ScanBarcodeResponse, at now: Instant
    ) {
        (id, text, self.bearer, performance) = (told.scanID, question.text, bearer, question.performance)
        (direction, self.request, self.told) = (question.direction, request, told)
        (scanned, created) = (question.moment, now)
    }

    var verdict: Usher_Admission_V1_ScanVerdict { told.verdict }
    /// Whether somebody went through, and it was not taken back.
    var counts: Bool { verdict == .ok && annulled == nil }
}

/// What a third party has to be told. No answer but the feed itself tells its id.
final class ModelRecord {
    var id = ""
    let action: Usher_Admission_V1_AccessControlAction
    let bearer: ModelBearer
    let order: ModelOrder?
    let code: ModelCode?
    let previous: ModelCode?
    let number: Int64
    let performances: [ModelAsset]
    let place: ModelAdmission.Place
    let holder: String
    let created: Instant
    var acknowledged: Instant?

    /// As things stand now.
    init(
        _ action: Usher_Admission_V1_AccessControlAction, _ bearer: ModelBearer, replacing previous: ModelCode? = nil,
        at now: Instant
    ) {
        (self.action, self.bearer, self.previous, created) = (action, bearer, previous, now)
        (code, holder) = (bearer.codes.last, bearer.holder)
        let ticket = bearer as? ModelTicket
        (number, place) = (ticket?.number ?? 0, ticket?.admission.place ?? .init())
        order = ticket.map(\.admission.order) ?? (bearer as? ModelPass)?.order
        performances =
            action == .cancel ? [] : bearer.admissions.filter { $0.state == .printed }.map(\.performance)
    }
}

final class ModelContact {
    var message: Usher_Distribution_V1_Contact
    var cart: [ModelCartItem] = []
    /// What was taken back in the period that began then.
    var takenBack: (start: Instant, count: Int)?

    init(_ message: Usher_Distribution_V1_Contact) { self.message = message }

    var id: String { message.contactID }
    var cartID: String { "crt" + id.dropFirst(3) }

    /// Whether this contact may do what another may.
    func acts(for other: ModelContact) -> Bool {
        let areRelays = message.kind == .relay && other.message.kind == .relay
        return self === other
            || areRelays && !message.structure.isEmpty && message.structure == other.message.structure
    }
}

struct ModelCartItem {
    let ticket: ModelTicket
    var guest: ModelContact?
    var holder = ""
}

/// A ticket with whoever has it.
final class ModelHolding {
    /// A level of distribution that was not taken back.
    struct Distribution {
        let by: ModelContact
        /// How often the ticket had been transferred before.
        let transferLevel: Int32
    }

    let first: ModelContact
    var owner: ModelContact
    var delivery = Usher_Distribution_V1_Delivery.none
    var distributions: [Distribution] = []
    var transferLevel: Int32 = 0
    let transferLimit: Int32
    var moves: [Usher_Distribution_V1_TicketMove] = []
    let created: Instant
    var updated: Instant

    init(_ first: ModelContact, limit: Int32, at now: Instant) {
        (self.first, owner, transferLimit, created, updated) = (first, first, limit, now, now)
    }

    var distributor: ModelContact? { distributions.last?.by }

    /// Whether somebody distributed it, at any step, and has it no more.
    func isAway(from contact: ModelContact) -> Bool {
        owner !== contact && distributions.contains { $0.by === contact }
    }
}

final class ModelTransfer {
    let id: String
    let ticket: ModelTicket
    let sender: ModelContact
    let recipient: ModelContact
    let level: Int32
    var state = Usher_Distribution_V1_TransferState.pending
    let created: Instant
    var ended: Instant?

    init(_ id: String, _ ticket: ModelTicket, from: ModelContact, to: ModelContact, level: Int32, at now: Instant) {
        (self.id, self.ticket, sender, recipient, self.level, created) = (id, ticket, from, to, level, now)
    }

    func end(_ state: Usher_Distribution_V1_TransferState, at now: Instant) { (self.state, ended) = (state, now) }
}
