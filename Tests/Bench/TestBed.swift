import Synchronization
import UsherAPI
import UsherClient
import UsherContract

// One organisation with what the measurements work on: an asset, viewers who have access, viewers who redeem, and
// vouchers that nobody has used. The same over the wire and without one.
// - Those whose access is checked redeem nothing more: their rows are the same in every round.
// - Those who redeem are known already: a redemption registers nobody.

final class TestBed: Sendable {
    static let organisationID = "bench"
    static let assetID = "opening"
    static let performanceID = "night"

    let path: any CallPath
    private let grpc: GRPCPath?
    private let vouchers: Usher_Vouchers_V1_VoucherServiceClient
    private let redemptions = Redemptions(prefix: "many-", request: Redemptions.redeem(by: "guest-"))
    private let hotRedemptions = Redemptions(prefix: "hot-", request: Redemptions.redeem(by: "guest-"))
    private let effects: Effects
    private let imports = Imports()
    private let hotCode: String
    private let admissions: Usher_Admission_V1_AdmissionServiceClient
    private let scans = Scans()
    private let questions: Questions
    private let plays: Plays
    private let generated = Mutex<[[UInt8]]>([])
    private let tickets: Tickets

    /// Fills an organisation that exists and is empty.
    ///
    /// - Parameters:
    ///   - viewers: how many have access.
    ///   - grpc: the other way to what answers calls; nil where there is none.
    init(_ path: any CallPath, _ transport: any UnaryTransport, viewers: Int, grpc: GRPCPath? = nil) async throws {
        self.path = path
        self.grpc = grpc
        vouchers = .init(transport: transport)
        admissions = .init(transport: transport)
        questions = try Questions(viewers: "viewer-", count: viewers, assetID: Self.assetID)
        plays = Plays(viewers: "viewer-", count: viewers, assetID: Self.assetID)
        tickets = try await Tickets(transport)
        _ = try await Usher_Catalog_V1_CatalogServiceClient(transport: transport).createAsset(
            .with { $0.asset = .with { ($0.assetID, $0.type, $0.title) = (Self.assetID, .video, "Opening Night") } })
        _ = try await Usher_Catalog_V1_CatalogServiceClient(transport: transport).createAsset(
            .with {
                $0.asset = .with { ($0.assetID, $0.type, $0.title) = (Self.performanceID, .performance, "Night") }
            })
        effects = try await Effects(transport, assetID: Self.assetID)
        hotCode = try await vouchers.generateVouchers(Self.batch(1) { $0.unlimited = true }).vouchers[0].code
        for (name, count) in [("viewer-", viewers), ("guest-", BenchLimits.viewers)] {
            let first = Redemptions(prefix: name, viewers: count, request: Redemptions.redeem(by: name))
            for start in stride(from: 0, to: count, by: BenchLimits.vouchersPerCall) {
                let size = min(count - start, BenchLimits.vouchersPerCall)
                let batch = try await vouchers.generateVouchers(Self.batch(size))
                try first.add(batch.vouchers.map(\.code))
                _ = try await load(Self.redeem, .deep, .seconds(120), next: first.next)
            }
        }
    }

    /// Access checks of viewers who have access.
    func checkAccess(_ shape: Shape, for duration: Duration) async throws -> Sample {
        let method = Usher_Access_V1_AccessService.checkAccess.descriptor
        return try await load(method, shape, duration, next: questions.next, isRight: Questions.isYes)
    }

    /// The same over gRPC.
    func checkAccessOverGRPC(_ shape: Shape, for duration: Duration) async throws -> Sample {
        guard let grpc else { throw BenchFailure("lanes have no gRPC") }
        return try await grpc.load(
            Usher_Access_V1_AccessService.checkAccess.descriptor, shape, duration, next: questions.next,
            isRight: Questions.isYes)
    }

    /// Questions that are asked a thousand in a call.
    func checkBatches(_ shape: Shape, for duration: Duration) async throws -> Sample {
        let method = Usher_Access_V1_AccessService.batchCheckAccess.descriptor
        var sample = try await load(method, shape, duration, next: questions.nextBatch, isRight: Questions.areMany)
        sample.count *= BenchLimits.questionsPerCall
        return sample
    }

    /// Sessions that viewers who have access begin, each under a request id.
    func play(_ shape: Shape, for duration: Duration) async throws -> Sample {
        let method = Usher_Access_V1_AccessService.startPlayback.descriptor
        return try await load(method, shape, duration, next: plays.next)
    }

    /// Uses of vouchers of one effect, each once, under a request id.
    func redeem(_ effect: Effect, _ shape: Shape, for duration: Duration) async throws -> Sample {
        try await load(effect.method, shape, duration, next: stock(of: effect, for: shape, duration).next)
    }

    /// What is ready to be redeemed in a measurement, which is enough for it.
    func stock(of effect: Effect, for shape: Shape, _ duration: Duration) async throws -> Redemptions {
        let count = Self.stock(for: shape, duration)
        guard effect == .access else { return try await effects.stock(of: effect, count) }
        try await stockUp(count)
        return redemptions
    }

    /// Redemptions of one voucher by many viewers.
    func redeemHot(_ shape: Shape, for duration: Duration) async throws -> Sample {
        let missing = Self.stock(for: shape, duration) - hotRedemptions.count
        if missing > 0 { try hotRedemptions.add(Array(repeating: hotCode, count: missing)) }
        return try await load(Self.redeem, shape, duration, next: hotRedemptions.next)
    }

    /// Entries at a door, each with a ticket of its own, under a nonce and a request id.
    func scan(_ shape: Shape, for duration: Duration) async throws -> Sample {
        while scans.count < Self.stock(for: shape, duration) {
            let tickets = try await admissions.issueTickets(
                .with { ($0.performanceID, $0.count) = (Self.performanceID, BenchLimits.ticketsPerCall) }
            ).tickets
            let printed = try await admissions.printTickets(.with { $0.ticketIds = tickets.map(\.ticketID) })
            try scans.add(printed.tickets.map(\.barcode), performanceID: Self.performanceID)
        }
        let method = Usher_Admission_V1_AdmissionService.scanBarcode.descriptor
        return try await load(method, shape, duration, next: scans.next, isRight: Scans.isOK)
    }

    /// Vouchers that are made, in calls of as many as one call makes. What they give is there to be redeemed.
    func generate(for duration: Duration) async throws -> Sample {
        let request: [UInt8] = try Self.batch(BenchLimits.vouchersPerCall).serializedBytes()
        let method = Usher_Vouchers_V1_VoucherService.generateVouchers.descriptor
        var sample = try await load(method, .single, duration, next: { request }) { [self] reply in
            generated.withLock { $0.append(reply) }
            return true
        }
        sample.count *= BenchLimits.vouchersPerCall
        return sample
    }

    /// Codes that are imported, in calls of as many as one call takes.
    func importCodes(for duration: Duration) async throws -> Sample {
        let method = Usher_Vouchers_V1_VoucherService.importVouchers.descriptor
        var sample = try await load(method, .single, duration, next: imports.next)
        sample.count *= BenchLimits.vouchersPerCall
        return sample
    }

    /// Tickets that are taken back and given to someone else under a new barcode, as many a call as one takes.
    func takeBack(for duration: Duration) async throws -> Sample {
        let method = Usher_Distribution_V1_DistributionService.takeBackTickets.descriptor
        var sample = try await load(method, .single, duration, next: tickets.next)
        sample.count *= Int(BenchLimits.ticketsPerCall)
        return sample
    }

    /// Sees to it that so many redemptions are ready.
    private func stockUp(_ count: Int) async throws {
        for reply in generated.withLock({ replies in
            defer { replies = [] }
            return replies
        }) {
            let batch = try Usher_Vouchers_V1_GenerateVouchersResponse(serializedBytes: reply)
            try redemptions.add(batch.vouchers.map(\.code))
        }
        while redemptions.count < count {
            let batch = try await vouchers.generateVouchers(Self.batch(BenchLimits.vouchersPerCall))
            try redemptions.add(batch.vouchers.map(\.code))
        }
    }

    private static let redeem = Effect.access.method

    private static func stock(for shape: Shape, _ duration: Duration) -> Int {
        let perSecond = shape == .single ? BenchLimits.slowStock : BenchLimits.fastStock
        return Int(duration / .seconds(1) * Double(perSecond))
    }

    private static func batch(
        _ count: Int, _ change: (inout Usher_Vouchers_V1_GenerateVouchersRequest) -> Void = { _ in }
    ) -> Usher_Vouchers_V1_GenerateVouchersRequest {
        .with {
            $0.assetID = assetID
            $0.count = Int32(count)
            $0.redeemOn = .redeem
            change(&$0)
        }
    }

    private func load(
        _ method: MethodDescriptor, _ shape: Shape, _ duration: Duration, next: @escaping @Sendable () -> [UInt8]?,
        isRight: @escaping @Sendable ([UInt8]) -> Bool = { _ in true }
    ) async throws -> Sample {
        try await path.load(method, shape, duration, next: next, isRight: isRight)
    }
}

extension CallPath {
    /// Runs a closed loop of calls, and adds the processor time that they took.
    func load(
        _ method: MethodDescriptor, _ shape: Shape, _ duration: Duration, next: @escaping @Sendable () -> [UInt8]?,
        isRight: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws -> Sample {
        try await withCallers(of: method, shape) { callers in
            let before = processorSeconds
            var sample = try await ClosedLoop.run(callers, for: duration, next: next, isRight: isRight)
            // The warm-up's calls are not counted, hence its share of the time is not either.
            if let before, let after = processorSeconds {
                sample.processorSeconds = (after - before) * (1 - BenchLimits.warmUp)
            }
            return sample
        }
    }
}
