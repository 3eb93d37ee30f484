import UsherAPI
import UsherContract

/// What an organisation should hold, after the documents and not after the services' code.
///
/// What the services make up (ids, codes) is taken over from their answers, after a look at whether it may be so.
final class OrganisationModel {
    let id: String
    var settings = Usher_Organisations_V1_Settings()
    /// Everything below stands in the order of its creation, what was deleted included.
    var assets: [ModelAsset] = []
    var packages: [ModelPackage] = []
    var priceOptions: [ModelPriceOption] = []
    var paymentPeriods: [ModelPaymentPeriod] = []
    var viewers: [ModelViewer] = []
    var vouchers: [ModelVoucher] = []
    var accesses: [ModelAccess] = []
    var subscriptions: [ModelSubscription] = []
    var exports: [ModelExport] = []
    var payments: [ModelPayment] = []
    var sessions: [ModelSession] = []
    var reservations: [ModelReservation] = []
    var batches: [ModelBatch] = []
    var orders: [ModelVoucherOrder] = []
    let hall = HallModel()
    private var ids: Set<String> = []

    init(id: String) {
        self.id = id
        settings.organisationID = id
        settings.voucherExpirationHours = 48
        settings.timeZone = "UTC"
        settings.voucherCodeProfile.kind = .tv9
        settings.concurrentSessionPolicy = .evictOldest
        settings.pointOfSales.takeBackDownloaded = .off
        settings.pointOfSales.takeBacksPerDay = 1_000
        settings.etag = "v0"
    }

    func owns(_ id: String) -> Bool { ids.contains(id) }

    /// Takes over an id that the services made: it has the form that it should, and never was another's.
    func adopt(_ id: String?, _ prefix: String) throws -> String {
        guard let id else { return "" }
        let digits = id.dropFirst(prefix.count + 1)
        let isWellFormed =
            id.hasPrefix(prefix + "_") && digits.count == 13
            && digits.allSatisfy { "0123456789abcdefghjkmnpqrstvwxyz".contains($0) }
        guard isWellFormed, ids.insert(id).inserted else {
            throw Discrepancy(source: .answer, what: "\(id) is no new id of the kind \(prefix)")
        }
        return id
    }

    func liveAsset(_ id: String) -> ModelAsset? { assets.last { $0.message.assetID == id && !$0.isDeleted } }
    func liveViewer(_ id: String) -> ModelViewer? { viewers.last { $0.message.viewerID == id && !$0.isDeleted } }
    func voucher(_ id: String) -> ModelVoucher? { vouchers.first { $0.id == id } }
    func voucher(code: String) -> ModelVoucher? {
        let same = CodeText.same(code)
        return vouchers.first { $0.canonical == same }
    }
    func access(_ id: String) -> ModelAccess? { accesses.first { $0.id == id } }

    /// The viewer, who is registered where the organisation does not know its viewers itself.
    func register(_ id: String, _ context: Context) throws -> ModelViewer {
        if let viewer = liveViewer(id) {
            if !viewer.isActive { throw Expected.precondition("VIEWER_DEACTIVATED") }
            return viewer
        }
        guard !settings.requireKnownViewers else { throw Expected.notFound("VIEWER_NOT_FOUND") }
        let viewer = ModelViewer(id, email: "", of: self.id, at: context.now)
        viewers.append(viewer)
        context.record("viewer.created", id)
        return viewer
    }
}
