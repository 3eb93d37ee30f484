import UsherAPI
import UsherContract

extension OrganisationModel {
    /// Performances in the order of their creation.
    func inOrder(_ performances: [ModelAsset]) -> [ModelAsset] {
        assets.filter { asset in performances.contains(asset) }
    }

    // MARK: Barcodes

    /// What is scanned now, empty for nothing. One that nobody was told yet is taken over from the answer, once it is
    /// seen that it is new.
    func barcode(of bearer: ModelBearer, _ made: String?) throws -> String {
        guard let code = bearer.live else { return "" }
        if code.text == nil, let made { try learn(code, made) }
        return code.text ?? ""
    }

    func learn(_ code: ModelCode, _ text: String) throws {
        let isWellFormed = text.count == 16 && text.allSatisfy("ABCDEFGHKLMNPQRSTUVWXYZ23456789".contains)
        guard isWellFormed, hall.codes[text] == nil else {
            throw Discrepancy(source: .answer, what: "\(text) is no new barcode of \(code.bearer.id)")
        }
        code.text = text
        hall.codes[text] = code
    }

    // MARK: Admission

    func message(
        _ ticket: ModelTicket, _ made: Usher_Admission_V1_Ticket?
    ) throws -> Usher_Admission_V1_Ticket {
        try .with { message in
            message.ticketID = ticket.id
            message.organisationID = id
            message.orderID = ticket.admission.order?.id ?? ""
            message.performanceID = ticket.performance.message.assetID
            message.number = ticket.number
            message.barcode = try barcode(of: ticket, made?.barcode)
            message.barcodeIsExternal = ticket.live?.isExternal ?? false
            let place = ticket.admission.place
            (message.zone, message.seat, message.gates) = (place.zone, place.seat, place.gates)
            (message.holderName, message.ticketTemplate) = (ticket.holder, ticket.template)
            message.state = ticket.state
            message.presence = hall.presence(ticket, ticket.performance)
            message.cancelReason = ticket.reason
            if let time = ticket.printed { message.printTime = time.timestamp }
            if let time = ticket.cancelled { message.cancelTime = time.timestamp }
            (message.createTime, message.updateTime) = (ticket.created.timestamp, ticket.updated.timestamp)
        }
    }

    func message(_ pass: ModelPass, _ made: Usher_Admission_V1_Pass?) throws -> Usher_Admission_V1_Pass {
        try .with { message in
            message.passID = pass.id
            message.organisationID = id
            message.orderID = pass.order.id
            message.passProductID = pass.product?.id ?? ""
            message.holderName = pass.holder
            message.barcode = try barcode(of: pass, made?.barcode)
            message.cardNumber = Int32(pass.cards)
            message.state = pass.state
            message.admissions = inOrder(pass.admissions.map(\.performance)).compactMap { performance in
                pass.admission(to: performance).map { self.message($0, of: pass) }
            }
            message.cancelReason = pass.reason
            if let time = pass.printed { message.printTime = time.timestamp }
            if let time = pass.cancelled { message.cancelTime = time.timestamp }
            (message.createTime, message.updateTime) = (pass.created.timestamp, pass.updated.timestamp)
        }
    }

    private func message(_ admission: ModelAdmission, of pass: ModelPass) -> Usher_Admission_V1_PassAdmission {
        .with { message in
            message.performanceID = admission.performance.message.assetID
            message.orderID = admission.order?.id ?? ""
            let place = admission.place
            (message.zone, message.seat, message.gates) = (place.zone, place.seat, place.gates)
            message.state = admission.state
            message.presence = hall.presence(pass, admission.performance)
            message.cancelReason = admission.reason
            if let time = admission.printed { message.printTime = time.timestamp }
            if let time = admission.cancelled { message.cancelTime = time.timestamp }
        }
    }

    func message(_ order: ModelOrder, _ made: Usher_Admission_V1_Order?) throws -> Usher_Admission_V1_Order {
        try .with { message in
            message.orderID = order.id
            message.organisationID = id
            (message.orderNumber, message.customerName) = (order.number, order.customer)
            message.tickets = try tickets(of: order).map { ticket in
                try self.message(ticket, made?.tickets.first { $0.ticketID == ticket.id })
            }
            message.passIds = passes(of: order).map(\.id).sorted()
            message.unprintedCount = unprinted(order)
            (message.createTime, message.updateTime) = (order.created.timestamp, order.updated.timestamp)
            message.etag = "v\(order.version)"
        }
    }

    func message(_ product: ModelProduct) -> Usher_Admission_V1_PassProduct {
        .with { message in
            message.passProductID = product.id
            message.organisationID = id
            message.kind = product.kind
            message.title = product.title
            message.performanceIds = product.included.map(\.message.assetID)
            message.eligiblePerformanceIds = product.eligible.map(\.message.assetID)
            message.eligibleBundleIds = product.bundles.map(\.id)
            (message.createTime, message.updateTime) = (product.created.timestamp, product.updated.timestamp)
            message.etag = "v\(product.version)"
        }
    }

    func message(_ scan: ModelScan) -> Usher_Admission_V1_Scan {
        .with { message in
            message.scanID = scan.id
            message.barcode = scan.text
            message.performanceID = scan.performance.message.assetID
            if let ticket = scan.bearer as? ModelTicket { message.ticketID = ticket.id }
            if let pass = scan.bearer as? ModelPass { message.passID = pass.id }
            (message.gate, message.deviceID) = (scan.request.gate, scan.request.deviceID)
            (message.direction, message.verdict) = (scan.direction, scan.verdict)
            (message.forced, message.nonce) = (scan.request.force, scan.request.nonce)
            (message.scanTime, message.createTime) = (scan.scanned.timestamp, scan.created.timestamp)
            if let time = scan.annulled { message.annulTime = time.timestamp }
        }
    }

    func message(_ record: ModelRecord) -> Usher_Admission_V1_AccessControlRecord {
        .with { message in
            message.recordID = record.id
            message.organisationID = id
            message.action = record.action
            if let ticket = record.bearer as? ModelTicket { message.ticketID = ticket.id }
            if let pass = record.bearer as? ModelPass { message.passID = pass.id }
            message.orderID = record.order?.id ?? ""
            (message.barcode, message.previousBarcode) = (record.code?.text ?? "", record.previous?.text ?? "")
            message.number = record.number
            message.performanceIds = inOrder(record.performances).map(\.message.assetID)
            (message.zone, message.seat) = (record.place.zone, record.place.seat)
            message.holderName = record.holder
            message.createTime = record.created.timestamp
            if let time = record.acknowledged { message.acknowledgeTime = time.timestamp }
        }
    }

    // MARK: Distribution

    /// - Parameter reader: nil for the organisation itself.
    func message(
        _ ticket: ModelTicket, for reader: ModelContact?, _ made: Usher_Distribution_V1_Ticket?
    ) throws -> Usher_Distribution_V1_Ticket {
        guard let holding = ticket.holding else { throw Discrepancy(source: .answer, what: "\(ticket.id) is nobody's") }
        return try .with { message in
            message.ticketID = ticket.id
            message.organisationID = id
            message.number = ticket.number
            message.performanceID = ticket.performance.message.assetID
            (message.zone, message.seat) = (ticket.admission.place.zone, ticket.admission.place.seat)
            (message.ownerContactID, message.initialOwnerContactID) = (holding.owner.id, holding.first.id)
            message.holderName = ticket.holder
            message.delivery = holding.delivery
            message.pendingTransferID = hall.pendingTransfer(of: ticket)?.id ?? ""
            message.distributed = holding.distributor != nil
            message.distributorContactID = holding.distributor?.id ?? ""
            message.controlled = hall.isControlled(ticket)
            message.cancelled = ticket.cancelled != nil
            message.cartID = hall.cart(with: ticket)?.cartID ?? ""
            (message.transferLevel, message.transferLimit) = (holding.transferLevel, holding.transferLimit)
            // Who distributed a ticket must not come in with it.
            if reader?.acts(for: holding.owner) ?? true { message.barcode = try barcode(of: ticket, made?.barcode) }
            message.takeBackPossible = canTakeBack(ticket, reader)
            (message.createTime, message.updateTime) = (holding.created.timestamp, holding.updated.timestamp)
        }
    }

    func message(_ cart: ModelContact) -> Usher_Distribution_V1_Cart {
        .with { message in
            (message.cartID, message.contactID) = (cart.cartID, cart.id)
            message.items = cart.cart.sorted { $0.ticket.id < $1.ticket.id }.map { item in
                .with {
                    $0.ticketID = item.ticket.id
                    $0.performanceID = item.ticket.performance.message.assetID
                    ($0.zone, $0.seat) = (item.ticket.admission.place.zone, item.ticket.admission.place.seat)
                    ($0.guestContactID, $0.holderName) = (item.guest?.id ?? "", item.holder)
                    $0.distributed = item.ticket.holding.map { !cart.acts(for: $0.owner) } ?? false
                }
            }
        }
    }

    func message(_ transfer: ModelTransfer) -> Usher_Distribution_V1_Transfer {
        .with { message in
            (message.transferID, message.ticketID) = (transfer.id, transfer.ticket.id)
            (message.fromContactID, message.toContactID) = (transfer.sender.id, transfer.recipient.id)
            (message.state, message.level) = (transfer.state, transfer.level)
            message.createTime = transfer.created.timestamp
            if let time = transfer.ended { message.endTime = time.timestamp }
        }
    }
}
