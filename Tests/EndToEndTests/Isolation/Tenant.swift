import Foundation
import Testing
import UsherAPI
import UsherClient
import UsherContract

/// An organisation, and something of every kind that there is an id of.
struct Tenant {
    let organisation: String
    let key: String
    let client: UsherClient
    private let server: RunningServer
    private(set) var ids: [IDKind: String] = [:]

    /// In everything of a tenant that has a text, so that it is found wherever it gets to.
    var mark: String { "of-\(organisation)" }

    init(_ organisation: String, on server: RunningServer) async throws {
        self.organisation = organisation
        self.server = server
        let platform = server.client()
        _ = try await platform.organisations.createOrganisation(
            .with { $0.organisation = .with { ($0.organisationID, $0.name) = (organisation, "of-\(organisation)") } })
        key = try await platform.organisations.createApiKey(
            .with { $0.apiKey.name = "of-\(organisation)" }, options: .init(organisation: organisation)
        ).secret
        _ = try await platform.organisations.updateOrganisation(
            .with {
                ($0.organisation.organisationID, $0.organisation.purchasableVouchersEnabled) = (organisation, true)
                $0.updateMask.paths = ["purchasable_vouchers_enabled"]
            })
        await platform.close()
        client = server.client(key: key)
        // Otherwise any id of a viewer would do, and nothing would depend on whose it is.
        _ = try await client.organisations.updateSettings(
            .with {
                $0.settings.requireKnownViewers = true
                $0.updateMask.paths = ["require_known_viewers"]
            })
        // Two of everything, so that every list has a second page.
        try await renew(0)
        try await renew(1)
    }

    /// Makes everything anew; ids of equal length for equal kinds, so that answers differ in nothing else.
    mutating func renew(_ number: Int) async throws {
        let suffix = "\(organisation)-\(100_000 + number)"
        let mark = mark
        (ids[.organisation], ids[.credential]) = (organisation, key)
        let asset = try await client.catalog.createAsset(
            .with { $0.asset = .with { ($0.assetID, $0.type, $0.title) = ("asset-\(suffix)", .video, mark) } })
        try await renewOffers(suffix, assetID: asset.assetID)
        let viewer = try await client.catalog.createViewer(
            .with { $0.viewer = .with { ($0.viewerID, $0.email) = ("viewer-\(suffix)", "\(mark)@example.org") } })
        try await renewAdmission(suffix)
        try await renewDistribution(suffix)
        let order: String = try #require(ids[.order])
        let made = try await client.vouchers.generateVouchers(
            .with {
                ($0.assetID, $0.count, $0.batchID, $0.name) = (asset.assetID, 2, "batch-\(suffix)", mark)
                ($0.unlimited, $0.redeemOn, $0.custom) = (true, .firstPlay, [mark: mark])
                $0.orderID = order
            })
        let voucher = try #require(made.vouchers.first)
        var redeemed: [Usher_Vouchers_V1_RedeemVoucherResponse] = []
        for _ in 0..<2 {
            redeemed.append(
                try await client.vouchers.redeemVoucher(
                    .with { ($0.code, $0.viewerID) = (voucher.code, viewer.viewerID) }))
        }
        for _ in 0..<2 {
            ids[.session] = try await client.accesses.startPlayback(
                .with { ($0.viewerID, $0.assetID, $0.device) = (viewer.viewerID, asset.assetID, mark) }
            ).session.sessionID
        }
        try await renewPurchases(viewer.viewerID)
        try await renewVoucherOrder(buyerID: viewer.viewerID)
        _ = try await client.vouchers.addVoucherEmails(
            .with { ($0.voucherID, $0.emails) = (voucher.voucherID, [viewer.email, "guest-\(mark)@example.org"]) })
        ids[.reservation] = try await client.vouchers.reserveVoucher(
            .with { ($0.code, $0.viewerID) = (voucher.code, viewer.viewerID) }
        ).reservationID
        ids[.asset] = asset.assetID
        ids[.viewer] = viewer.viewerID
        (ids[.voucher], ids[.code], ids[.batch]) = (voucher.voucherID, voucher.code, made.batchID)
        (ids[.redemption], ids[.access]) = (redeemed[0].redemption.redemptionID, redeemed[0].access.accessID)
        let issued = try await client.organisations.createApiKey(.with { $0.apiKey.name = mark })
        ids[.key] = issued.keyID
        // Otherwise nothing that was done would depend on whose key it is.
        let holder = server.client(key: issued.secret)
        _ = try await holder.catalog.createViewer(.with { $0.viewer.viewerID = "made-by-key-\(suffix)" })
        await holder.close()
        ids[.ownWord] = "word-\(suffix)"
    }

    /// A package, and what it costs.
    private mutating func renewOffers(_ suffix: String, assetID: String) async throws {
        let mark = mark
        let package = try await client.catalog.createPackage(
            .with {
                $0.package = .with {
                    ($0.packageID, $0.packageCode, $0.title) = ("package-\(suffix)", "code-\(suffix)", mark)
                    ($0.assetIds, $0.voucherPurchaseEnabled, $0.allowSeveralSubscriptions) = ([assetID], true, true)
                }
            })
        for isForPackage in [true, false] {
            let option = try await client.catalog.createPriceOption(
                .with {
                    $0.priceOption = .with {
                        $0.priceOptionID = "option-\(isForPackage ? "p" : "a")-\(suffix)"
                        ($0.assetID, $0.packageID) = isForPackage ? ("", package.packageID) : (assetID, "")
                        ($0.name, $0.paymentType, $0.price.currencyCode) = (mark, .ppv, "SEK")
                    }
                })
            ids[.priceOption] = option.priceOptionID
        }
        let period = try await client.catalog.createPaymentPeriod(
            .with {
                $0.paymentPeriod = .with {
                    ($0.paymentPeriodID, $0.packageID, $0.name) = ("period-\(suffix)", package.packageID, mark)
                    ($0.type, $0.length.unit, $0.length.length) = (.limited, .month, 1)
                    $0.price.currencyCode = "SEK"
                }
            })
        (ids[.package], ids[.packageCode]) = (package.packageID, package.packageCode)
        ids[.paymentPeriod] = period.paymentPeriodID
    }

    /// What a viewer has bought and subscribed to, of what there is to buy.
    private mutating func renewPurchases(_ viewerID: String) async throws {
        let (mark, package, option) = (mark, ids[.package] ?? "", ids[.priceOption] ?? "")
        _ = try await client.accesses.grantAccess(.with { ($0.viewerID, $0.packageID) = (viewerID, package) })
        ids[.payment] = try await client.accesses.recordPurchase(
            .with {
                ($0.viewerID, $0.priceOptionID, $0.amount.currencyCode) = (viewerID, option, "SEK")
            }
        ).payment.paymentID
        ids[.subscription] = try await client.subscriptions.createSubscription(
            .with {
                ($0.viewerID, $0.packageID, $0.type, $0.provisionService) = (viewerID, package, .limited, mark)
                $0.period = .with { ($0.unit, $0.length) = (.month, 1) }
            }
        ).subscriptionID
    }

    /// A performance with an order of a pass and two tickets, one of which somebody has come in with.
    private mutating func renewAdmission(_ suffix: String) async throws {
        let mark = mark
        let performance = try await client.catalog.createAsset(
            .with { $0.asset = .with { ($0.assetID, $0.type, $0.title) = ("night-\(suffix)", .performance, mark) } })
        let product = try await client.admissions.createPassProduct(
            .with {
                ($0.passProduct.passProductID, $0.passProduct.kind) = ("product-\(suffix)", .bundle)
                ($0.passProduct.title, $0.passProduct.performanceIds) = (mark, [performance.assetID])
            })
        let order = try await client.admissions.createOrder(
            .with {
                ($0.orderNumber, $0.customerName, $0.holderName) = (product.passProductID, mark, mark)
                $0.performanceIds = [performance.assetID, performance.assetID]
                $0.passProductIds = [product.passProductID]
            })
        let printed = try await client.admissions.printOrder(.with { $0.orderID = order.orderID })
        let ticket = try #require(printed.tickets.first)
        let scan = try await client.admissions.scanBarcode(
            .with { ($0.barcode, $0.performanceID, $0.deviceID) = (ticket.barcode, performance.assetID, "door-1") })
        let records = try await client.admissions.listAccessControlRecords(.with { $0.pageSize = 1_000 }).records
        (ids[.performance], ids[.order]) = (performance.assetID, order.orderID)
        (ids[.pass], ids[.passProduct]) = (order.passIds.first, product.passProductID)
        (ids[.orderTicket], ids[.barcode], ids[.scan]) = (ticket.ticketID, ticket.barcode, scan.scanID)
        ids[.record] = records.last?.recordID
    }

    /// A contact with tickets for two performances: one that somebody had come in with, had the scan not been taken
    /// back, and one that is offered to someone else.
    private mutating func renewDistribution(_ suffix: String) async throws {
        let mark = mark
        var contacts: [String] = []
        for name in ["first", "second"] {
            contacts.append(
                try await client.distribution.createContact(
                    .with { $0.contact = .with { ($0.name, $0.email) = (mark, "\(name)@asset-\(suffix)") } }
                ).contactID)
        }
        let other = try await client.catalog.createAsset(
            .with { $0.asset = .with { ($0.assetID, $0.type, $0.title) = ("late-\(suffix)", .performance, mark) } })
        let performance: String = try #require(ids[.performance])
        var tickets: [Usher_Distribution_V1_RegisteredTicket] = []
        for performanceID in [performance, other.assetID] {
            tickets += try await client.distribution.registerTickets(
                .with {
                    ($0.performanceID, $0.ownerContactID) = (performanceID, contacts[0])
                    $0.tickets = [.with { $0.holderName = mark }, .with { $0.holderName = mark }]
                }
            ).tickets
        }
        let scan = try await client.admissions.scanBarcode(
            .with { ($0.barcode, $0.performanceID, $0.deviceID) = (tickets[0].barcode, performance, "door-1") })
        _ = try await client.admissions.annulScan(.with { ($0.scanID, $0.deviceID) = (scan.scanID, "door-1") })
        let transfer = try await client.distribution.transferTicket(
            .with {
                ($0.actingContactID, $0.ticketID, $0.toContactID) = (contacts[0], tickets[1].ticketID, contacts[1])
            })
        let cart = try await client.distribution.addToCart(
            .with { ($0.actingContactID, $0.ticketIds) = (contacts[0], [tickets[0].ticketID]) })
        (ids[.contact], ids[.ticket]) = (contacts[0], tickets[0].ticketID)
        (ids[.cart], ids[.transfer]) = (cart.cartID, transfer.transferID)
    }

    /// Vouchers that somebody has ordered, one of them redeemed.
    private mutating func renewVoucherOrder(buyerID: String) async throws {
        let (mark, period) = (mark, ids[.paymentPeriod] ?? "")
        let placed = try await client.vouchers.placeVoucherOrder(
            .with {
                ($0.paymentPeriodID, $0.quantity, $0.purchaserID) = (period, 2, buyerID)
                ($0.paymentMethod, $0.name, $0.provisionService) = (.free, mark, mark)
            })
        ids[.voucherOrder] = placed.voucherOrder.voucherOrderID
        let code = try #require(placed.vouchers.first).code
        _ = try await client.vouchers.redeemVoucher(.with { ($0.code, $0.viewerID) = (code, buyerID) })
        let exports = try await client.subscriptions.listSubscriptionExports(.with { $0.pageSize = 1_000 }).exports
        ids[.subscriptionExport] = try #require(exports.last).exportID
    }

    /// The usual request of this tenant to a method: everything that it names is its own.
    func usual(_ shape: RequestShape, without omitted: IDField? = nil) throws -> [IDField: String] {
        var values: [IDField: String] = [:]
        for field in shape.usual where field != omitted {
            let id: String = try #require(ids[field.kind])
            values[field] = id
        }
        return values
    }

    /// The token of a list's second page; nil where all is on the first.
    func pageToken(_ shape: RequestShape, _ values: [IDField: String]) async throws -> String? {
        let reply: [UInt8]
        do {
            reply = try await client.call(shape.method.descriptor, payload: shape.payload(values, pageSize: 1))
        } catch is Refusal {
            return nil
        }
        let object = try JSONSerialization.jsonObject(with: Data(shape.method.responseJSON(from: reply).utf8))
        return (object as? [String: Any])?["nextPageToken"] as? String
    }
}

/// An id that names nothing, as long as one that does.
enum AbsentID {
    static func like(_ id: String, _ kind: IDKind) -> String {
        switch kind {
        case .voucher, .redemption, .reservation, .access, .session, .payment, .subscription, .key, .order, .ticket,
            .orderTicket, .pass, .scan, .record, .contact, .cart, .transfer, .voucherOrder,
            .subscriptionExport:
            // The first digits are the time: long before there was anything.
            let start = id.index(after: id.firstIndex(of: "_") ?? id.startIndex)
            return id.replacingCharacters(in: start..<id.index(start, offsetBy: 2), with: "00")
        case .pageToken: return neighbour(of: id)
        default: return String(id.map { $0.isNumber ? "7" : $0.isLetter ? "q" : $0 })
        }
    }

    /// A token of the same list that stands at a row that nobody has. Tokens are opaque to callers; only a test may
    /// know that the row's key comes last in them.
    private static func neighbour(of token: String) -> String {
        let base64 = token.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        let padding = String(repeating: "=", count: (4 - base64.count % 4) % 4)
        guard var bytes = Data(base64Encoded: base64 + padding), let last = bytes.last else { return token }
        bytes[bytes.count - 1] = last ^ 1
        return bytes.base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}
