public import UsherStorage

/// The schemas, as one append-only list for each kind of database. Each table's migration stands with its Store.
public enum Schema {
    public static let platform = [OrganisationStore.migration]

    public static let organisation = [
        SettingsStore.migration, AssetStore.migration, ViewerStore.migration, VoucherStore.migration,
        AccessStore.migration, RedemptionStore.migration, PackageStore.migration, PriceOptionStore.migration,
        PaymentPeriodStore.migration, PlaybackSessionStore.migration,
        SubscriptionStore.migration, PaymentStore.migration,
        ReservationStore.migration, VoucherEmailStore.migration,
        PerformanceStore.migration, OrderStore.migration,
        AdmissionStore.migration, TicketStore.migration, ScanStore.migration, AccessControlStore.migration,
        PassProductStore.migration, PassStore.migration,
        ContactStore.migration, HeldTicketStore.migration,
        VoucherOrderStore.migration, SubscriptionExportStore.migration,
    ]
}

/// Every service's method table.
public struct Services: Sendable {
    public let organisations: OrganisationService
    public let methods: [Method]
    /// The streaming ones.
    public let streams: [StreamMethod]

    public init(storage: Storage, credentials: CredentialTable, keys: ApiKeyLimits = ApiKeyLimits()) {
        organisations = OrganisationService(storage: storage, credentials: credentials, keys: keys)
        methods = [
            EventService().methods,
            organisations.methods, CatalogService().methods, VoucherService().methods, AccessService().methods,
            SubscriptionService().methods,
            AdmissionService().methods, DistributionService().methods,
        ].flatMap { $0 }
        streams = VoucherService().streams + EventService().streams
    }

    /// What one sweep writes at most: what is soon done, so that calls of the organisation get in between.
    private static let sweepLimit = 100

    /// Does a piece of what a call has left to be done in an organisation, writes the events of what time has done
    /// there, the oldest first, as many as one short transaction should, and removes stored replies that are kept no
    /// longer. To be run as the system when the organisation is to be woken.
    ///
    /// - Returns: whether there is more.
    public func sweep(_ tx: Transaction) throws -> Bool {
        // Only when nothing is left may the organisation rest.
        if try VoucherBatchExpiry.sweep(in: tx) { return true }
        let passing = try SubscriptionPassing.sweep(limit: Self.sweepLimit, in: tx)
        guard !passing.isMore else { return true }
        let log = try tx.sweepRequestLog()
        guard !log.isMore else { return true }
        tx.rest(until: [passing.next, log.next].compactMap(\.self).min())
        return false
    }

    /// Removes what is too old from the platform's database, some of it at a time. To be run there as the system, now
    /// and then.
    ///
    /// - Returns: whether there is more.
    public func sweepPlatform(_ tx: Transaction) throws -> Bool { try tx.sweepRequestLog().isMore }
}
