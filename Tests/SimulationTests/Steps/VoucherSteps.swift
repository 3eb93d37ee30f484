import Foundation
import SwiftProtobuf
import UsherAPI
import UsherContract

enum VoucherSteps {
    typealias RPC = Usher_Vouchers_V1_VoucherService

    static let all = [
        Step(weight: 10, prepare: create), Step(weight: 3, prepare: generate),
        Step(weight: 4, prepare: importCodes), Step(weight: 3, isWrite: false, prepare: get),
        Step(weight: 3, isWrite: false, prepare: lookUp), Step(weight: 6, isWrite: false, prepare: validate),
        Step(weight: 24, prepare: redeem),
    ]

    /// A voucher as callers describe one; now and then with something wrong.
    static func voucher(_ simulation: Simulation) -> Usher_Vouchers_V1_Voucher {
        .with { voucher in
            voucher.name = simulation.text("Voucher")
            voucher.effect = simulation.dice.one(.unspecified, .access, .access, .access, .discount)
            if voucher.effect == .discount || simulation.dice.chance(2) {
                voucher.discountPercent = simulation.dice.chance(90) ? simulation.dice.one(100, 20) : 0
            }
            if voucher.effect == .discount, simulation.dice.chance(40) {
                voucher.discountDuration = simulation.dice.one(.once, .forever, .cycles)
                if voucher.discountDuration == .cycles || simulation.dice.chance(5) {
                    voucher.discountCycles = simulation.dice.one(1, 2, 3, 1_201)
                }
            }
            voucher.redeemOn = simulation.dice.one(.unspecified, .redeem, .firstPlay)
            if voucher.effect != .discount || simulation.dice.chance(3), simulation.dice.chance(50) {
                voucher.accessPeriod = period(simulation)
            }
            voucher.scope = simulation.scope()
            if simulation.dice.chance(12) { voucher.redeemFrom = simulation.moment().timestamp }
            if simulation.dice.chance(15) { voucher.redeemUntil = simulation.moment().timestamp }
            if simulation.dice.chance(60) {
                voucher.usageLimit = simulation.dice.chance(96) ? simulation.dice.one(1, 2, 3) : 0
            }
            if simulation.dice.chance(25) {
                voucher.perViewerLimit = simulation.dice.chance(96) ? simulation.dice.one(1, 2) : -1
            }
            voucher.orderID = simulation.dice.pick(Pool.orders) ?? ""
            if simulation.dice.chance(30) {
                voucher.custom = ["name": simulation.dice.one("Derby", "Anna"), "note": ""]
            }
            if simulation.dice.chance(2) { voucher.custom = ["": "x", "bell": "\u{7}"] }
            voucher.ignoreGeoblocking = simulation.dice.chance(20)
            voucher.ignoreSingleIp = simulation.dice.chance(20)
            voucher.oneTimeUse = simulation.dice.chance(30)
        }
    }

    static func period(_ simulation: Simulation) -> Usher_Vouchers_V1_AccessPeriod {
        .with { period in
            if simulation.dice.chance(25) { period.fixedExpireTime = simulation.moment().timestamp }
            if !period.hasFixedExpireTime || simulation.dice.chance(3) {
                period.unit = simulation.dice.one(.hour, .day, .month, .year)
                period.length = simulation.dice.chance(96) ? simulation.dice.one(1, 2, 7, 14, 31) : 0
            }
        }
    }

    private static func create(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_CreateVoucherRequest.with { request in
            request.voucher = voucher(simulation)
            if simulation.dice.chance(75) { request.voucher.code = simulation.code(tenant) }
            if request.voucher.code.isEmpty || simulation.dice.chance(2) {
                request.codeProfile = SettingsSteps.profile(simulation)
                if simulation.dice.chance(4) { request.codeProfile = badProfile(simulation) }
            }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.createVoucher, request, by: simulation.actor(in: tenant.id), tenant.createVoucher)
    }

    private static func badProfile(_ simulation: Simulation) -> Usher_Type_V1_CodeProfile {
        .with { profile in
            profile.kind = .pattern
            profile.length = simulation.dice.one(3, 49, 8)
            profile.prefix = simulation.dice.one("", "two words", "much too long a prefix")
            profile.alphabet = simulation.dice.one("", "ABC", "aAbBcCdD")
        }
    }

    private static func generate(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let like = voucher(simulation)
        let request = Usher_Vouchers_V1_GenerateVouchersRequest.with { request in
            request.assetID = simulation.assetID()
            request.assetType = simulation.dice.one(
                .unspecified, .unspecified, .unspecified, .unspecified, .video, .series)
            request.count = simulation.dice.chance(95) ? Int32(simulation.dice.int(1...5)) : 0
            request.codeProfile = SettingsSteps.profile(simulation)
            if simulation.dice.chance(5) {
                // A space of 4,096.
                request.codeProfile = .with { ($0.kind, $0.length, $0.alphabet) = (.pattern, 4, "ABCDEFGH") }
                request.count = 4_097
            }
            request.batchID = simulation.dice.chance(97) ? simulation.dice.one("", "batch-1", "batch-2") : ".x"
            request.name = like.name
            request.redeemOn = like.redeemOn
            if simulation.dice.chance(50) { request.accessPeriod = period(simulation) }
            if like.hasRedeemFrom { request.redeemFrom = like.redeemFrom }
            if like.hasRedeemUntil { request.redeemUntil = like.redeemUntil }
            if simulation.dice.chance(30) { request.usageLimit = simulation.dice.one(1, 2, 3, 5, 0) }
            request.unlimited = simulation.dice.chance(20)
            if like.hasPerViewerLimit { request.perViewerLimit = like.perViewerLimit }
            request.orderID = like.orderID
            request.custom = like.custom
            request.ignoreGeoblocking = like.ignoreGeoblocking
            request.ignoreSingleIp = like.ignoreSingleIp
            request.oneTimeUse = like.oneTimeUse
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.generateVouchers, request, by: simulation.actor(in: tenant.id), tenant.generateVouchers)
    }

    private static func importCodes(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let file = simulation.dice.chance(35) ? importFile(tenant, simulation) : nil
        let request = Usher_Vouchers_V1_ImportVouchersRequest.with { request in
            request.template = voucher(simulation)
            if simulation.dice.chance(3) { request.template.code = "X" }
            request.unlimited = !request.template.hasUsageLimit && simulation.dice.chance(30)
            if simulation.dice.chance(2) { request.unlimited = true }
            request.csv = Data((file?.text ?? "").utf8)
            if file == nil || simulation.dice.chance(3) { request.codes = importCodes(tenant, simulation) }
            if simulation.dice.chance(3) { request.codes = simulation.dice.one([], ["\u{7}"], [" "]) }
            request.batchID = simulation.dice.chance(97) ? simulation.dice.one("", "batch-1", "batch-2") : ".x"
            request.mode = simulation.dice.one(.unspecified, .atomic, .perRow, .perRow)
            request.validateOnly = simulation.dice.chance(15)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.importVouchers, request, by: simulation.actor(in: tenant.id),
            masking: { for index in $0.errors.indices { $0.errors[index].message = "" } },
            { request, context, made in
                try tenant.importVouchers(request, context, made, file, try simulation.codes(of: tenant))
            })
    }

    private static func importCodes(_ tenant: OrganisationModel, _ simulation: Simulation) -> [String] {
        (0..<simulation.dice.int(1...5)).map { _ in
            simulation.dice.chance(60) ? "import-\(simulation.dice.int(1...10_000))" : simulation.code(tenant)
        }
    }

    private static func importFile(_ tenant: OrganisationModel, _ simulation: Simulation) -> ModelFile {
        let columns = simulation.dice.one(["code"], ["code", "name"], ["order_id", "code", "name"])
        let codes = simulation.dice.chance(97) ? importCodes(tenant, simulation) : []
        let records = codes.map { code in
            columns.map { column in
                switch column {
                case "code": code
                case "name": simulation.dice.one("", "Row, \"quoted\"\nname", simulation.text("Row"))
                default: simulation.dice.pick(Pool.orders) ?? ""
                }
            }
        }
        return simulation.file(columns, needed: "code", records)
    }

    private static func get(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_GetVoucherRequest.with { $0.voucherID = simulation.voucherID(tenant) }
        return try PreparedCall(RPC.getVoucher, request, by: simulation.actor(in: tenant.id)) { request, context, _ in
            try tenant.existingVoucher(request.voucherID).message(of: tenant, at: context.now)
        }
    }

    private static func lookUp(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_LookupVoucherRequest.with { $0.code = simulation.code(tenant) }
        return try PreparedCall(RPC.lookupVoucher, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.lookUp(request, context)
        }
    }

    private static func validate(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_ValidateVoucherRequest.with { request in
            request.code = simulation.code(tenant)
            request.viewerID = simulation.dice.chance(75) ? simulation.viewerID() : ""
            (request.assetID, request.packageID, request.priceOptionID) = simulation.target()
        }
        return try PreparedCall(
            RPC.validateVoucher, request, by: simulation.actor(in: tenant.id), masking: { $0.message = "" }
        ) { request, context, _ in
            try tenant.validate(request, context)
        }
    }

    private static func redeem(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_RedeemVoucherRequest.with { request in
            request.code = simulation.code(tenant)
            request.viewerID = simulation.dice.chance(75) ? simulation.viewerID() : ""
            (request.assetID, request.packageID, request.priceOptionID) = simulation.target()
            let use = ModelUse(
                viewerID: request.viewerID, assetID: request.assetID, packageID: request.packageID,
                priceOptionID: request.priceOptionID, moment: simulation.now)
            if simulation.dice.chance(30), let code = simulation.usableCode(tenant, use) { request.code = code }
            if simulation.dice.chance(12) {
                request.reservationID = ReservationSteps.reservationID(tenant, simulation)
                let reservation = tenant.reservations.first { $0.id == request.reservationID }
                if let reservation, simulation.dice.chance(80) { request.code = reservation.voucher.code }
            }
            if simulation.dice.chance(30) { request.deliveryAddress = VoucherOrderSteps.address(simulation) }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.redeemVoucher, request, by: simulation.actor(in: tenant.id), tenant.redeem)
    }
}

extension Simulation {
    /// What a voucher may be used for: mostly few things.
    fileprivate func scope() -> Usher_Vouchers_V1_VoucherScope {
        .with { scope in
            if dice.chance(40) { scope.assetIds.append(assetID()) }
            if dice.chance(15) { scope.assetIds += [assetID(), assetID()] }
            if dice.chance(15) { scope.packageIds.append(packageID()) }
            if dice.chance(4) { scope.packageIds.append(packageID()) }
            if dice.chance(12) { scope.priceOptionIds.append(priceOptionID()) }
            if dice.chance(5) { scope.priceOptionIds += [priceOptionID(), priceOptionID()] }
            if dice.chance(8) { scope.paymentTypes = dice.some([.ppv, .subscription]) }
            if dice.chance(1) { scope.paymentTypes.append(.unspecified) }
        }
    }

    /// What a voucher is to be used for: mostly an asset, or what the voucher says.
    func target() -> (assetID: String, packageID: String, priceOptionID: String) {
        (
            dice.chance(50) ? assetID() : "", dice.chance(10) ? packageID() : "", dice.chance(10) ? priceOptionID() : ""
        )
    }

    /// The vouchers that there are, which an import's answer does not list.
    fileprivate func codes(of tenant: OrganisationModel) throws -> [(id: String, code: String)] {
        try world.database(tenant.id).readBlocking(as: .system()) { tx in
            try tx.rows("SELECT id, code FROM vouchers") {
                (id: ResourceID(prefix: "vch", number: try $0.int64(0)).description, code: try $0.text(1))
            }
        }
    }
}
