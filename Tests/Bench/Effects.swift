import Synchronization
import UsherAPI
import UsherClient
import UsherContract

/// What using a voucher does.
enum Effect: String, Sendable {
    /// Opens an asset. The viewers are known already.
    case access
    /// Begins a subscription to a package: by viewers whom nobody knew, as a try-out has it; each may have one only.
    case subscription
    /// Lowers a price: the voucher is used by a purchase, which is recorded with the access that it gives.
    case discount

    var method: MethodDescriptor {
        switch self {
        case .access, .subscription: Usher_Vouchers_V1_VoucherService.redeemVoucher.descriptor
        case .discount: Usher_Access_V1_AccessService.recordPurchase.descriptor
        }
    }
}

/// Vouchers that begin subscriptions, and vouchers that lower a price.
final class Effects: Sendable {
    private static let packageCode = "try-out"
    private static let (price, percent) = (20_000 as Int64, 25 as Int32)

    private let vouchers: Usher_Vouchers_V1_VoucherServiceClient
    private let subscriptions = Redemptions(
        prefix: "sub-", viewers: BenchLimits.newViewers, request: Redemptions.redeem(by: "subscriber-"))
    private let discounts: Redemptions
    private let imported = Atomic<Int>(0)

    /// - Parameter assetID: what the discounted price is of.
    init(_ transport: any UnaryTransport, assetID: String) async throws {
        vouchers = .init(transport: transport)
        let catalog = Usher_Catalog_V1_CatalogServiceClient(transport: transport)
        _ = try await catalog.createAsset(
            .with { ($0.asset.assetID, $0.asset.type, $0.asset.title) = (Self.packageCode, .series, "Try-out") })
        _ = try await catalog.createPackage(
            .with {
                ($0.package.packageCode, $0.package.title) = (Self.packageCode, "Try-out")
                $0.package.assetIds = [Self.packageCode]
            })
        let option = try await catalog.createPriceOption(
            .with {
                $0.priceOption = .with {
                    ($0.assetID, $0.name, $0.paymentType) = (assetID, "One night", .ppv)
                    ($0.price.currencyCode, $0.price.minorUnits) = ("SEK", Self.price)
                    ($0.accessPeriod.unit, $0.accessPeriod.length) = (.day, 2)
                }
            }
        ).priceOptionID
        discounts = Redemptions(prefix: "buy-") { code, viewer, requestID in
            try Usher_Access_V1_RecordPurchaseRequest.with {
                ($0.viewerID, $0.priceOptionID, $0.code) = ("guest-\(viewer)", option, code)
                $0.amount.currencyCode = "SEK"
                $0.amount.minorUnits = Self.price * Int64(100 - Self.percent) / 100
                ($0.paymentReference, $0.requestID) = (requestID, requestID)
            }.serializedBytes()
        }
    }

    /// - Parameter count: how many are ready at least.
    func stock(of effect: Effect, _ count: Int) async throws -> Redemptions {
        let stock = effect == .subscription ? subscriptions : discounts
        while stock.count < count {
            try stock.add(try await effect == .subscription ? subscriptionCodes() : discountCodes())
        }
        return stock
    }

    private func subscriptionCodes() async throws -> [String] {
        try await vouchers.generateVouchers(
            .with {
                ($0.packageCode, $0.daysOfAccess) = (Self.packageCode, 30)
                $0.count = Int32(BenchLimits.vouchersPerCall)
            }
        ).vouchers.map(\.code)
    }

    private func discountCodes() async throws -> [String] {
        let first = imported.add(BenchLimits.vouchersPerCall, ordering: .relaxed).oldValue
        let codes = (first..<first + BenchLimits.vouchersPerCall).map { "discount-\($0)" }
        _ = try await vouchers.importVouchers(
            .with {
                ($0.template.effect, $0.template.discountPercent) = (.discount, Self.percent)
                $0.codes = codes
            })
        return codes
    }
}

/// Calls that import codes, each the most that one takes, without end.
final class Imports: Sendable {
    private let made = Atomic<Int>(0)

    func next() -> [UInt8]? {
        let first = made.add(BenchLimits.vouchersPerCall, ordering: .relaxed).oldValue
        return try? Usher_Vouchers_V1_ImportVouchersRequest.with {
            $0.codes = (first..<first + BenchLimits.vouchersPerCall).map { "imported-\($0)" }
            $0.template.scope.assetIds = [TestBed.assetID]
        }.serializedBytes()
    }
}
