public import UsherAPI

/// `usher.catalog.v1.CatalogService`: assets, packages, what they cost, and viewers.
public struct CatalogService: Sendable {
    private typealias RPC = Usher_Catalog_V1_CatalogService

    /// The rows that one call may create or replace.
    static let batchCounts = 1...1_000

    public init() {}

    public var methods: [Method] {
        [
            Method(RPC.createAsset, on: .organisation, .scope(.catalogWrite), createAsset),
            Method(RPC.getAsset, on: .organisation, .scope(.catalogRead), getAsset),
            Method(RPC.listAssets, on: .organisation, .scope(.catalogRead), listAssets),
            Method(RPC.updateAsset, on: .organisation, .scope(.catalogWrite), updateAsset),
            Method(RPC.deleteAsset, on: .organisation, .scope(.catalogWrite), deleteAsset),
            Method(RPC.batchUpsertAssets, on: .organisation, .scope(.catalogWrite), batchUpsertAssets),
            Method(RPC.createPackage, on: .organisation, .scope(.catalogWrite), createPackage),
            Method(RPC.getPackage, on: .organisation, .scope(.catalogRead), getPackage),
            Method(RPC.listPackages, on: .organisation, .scope(.catalogRead), listPackages),
            Method(RPC.updatePackage, on: .organisation, .scope(.catalogWrite), updatePackage),
            Method(RPC.deletePackage, on: .organisation, .scope(.catalogWrite), deletePackage),
            Method(RPC.createPriceOption, on: .organisation, .scope(.catalogWrite), createPriceOption),
            Method(RPC.getPriceOption, on: .organisation, .scope(.catalogRead), getPriceOption),
            Method(RPC.listPriceOptions, on: .organisation, .scope(.catalogRead), listPriceOptions),
            Method(RPC.updatePriceOption, on: .organisation, .scope(.catalogWrite), updatePriceOption),
            Method(RPC.deletePriceOption, on: .organisation, .scope(.catalogWrite), deletePriceOption),
            Method(RPC.createPaymentPeriod, on: .organisation, .scope(.catalogWrite), createPaymentPeriod),
            Method(RPC.getPaymentPeriod, on: .organisation, .scope(.catalogRead), getPaymentPeriod),
            Method(RPC.listPaymentPeriods, on: .organisation, .scope(.catalogRead), listPaymentPeriods),
            Method(RPC.updatePaymentPeriod, on: .organisation, .scope(.catalogWrite), updatePaymentPeriod),
            Method(RPC.deletePaymentPeriod, on: .organisation, .scope(.catalogWrite), deletePaymentPeriod),
            Method(RPC.createViewer, on: .organisation, .scope(.catalogWrite), createViewer),
            Method(RPC.getViewer, on: .organisation, .scope(.catalogRead), getViewer),
            Method(RPC.listViewers, on: .organisation, .scope(.catalogRead), listViewers),
            Method(RPC.updateViewer, on: .organisation, .scope(.catalogWrite), updateViewer),
            Method(RPC.deactivateViewer, on: .organisation, .scope(.catalogWrite), deactivateViewer),
            Method(RPC.reactivateViewer, on: .organisation, .scope(.catalogWrite), reactivateViewer),
            Method(RPC.batchUpsertViewers, on: .organisation, .scope(.catalogWrite), batchUpsertViewers),
            Method(RPC.deleteViewer, on: .organisation, .scope(.catalogWrite), deleteViewer),
        ]
    }
}
