import UsherAPI
import UsherContract

extension OrganisationModel {
    func createVoucher(
        _ request: Usher_Vouchers_V1_CreateVoucherRequest, _ context: Context, _ made: Usher_Vouchers_V1_Voucher?
    ) throws -> Usher_Vouchers_V1_Voucher {
        let given = request.voucher
        var mistakes = Mistakes()
        var terms = ModelVoucher.Terms(given, firstPlayByDefault: false, { "voucher.\($0)" }, &mistakes)
        if !given.code.isEmpty {
            mistakes.requireText(CodeText.trimmed(given.code), 1...200, "voucher.code")
            mistakes.require(!request.hasCodeProfile, "code_profile")
        }
        let shape = CodeShape(request.codeProfile, default: settings.voucherCodeProfile)
        shape.check("code_profile", &mistakes)
        mistakes.require(!request.unlimited || terms.offer != nil && !given.hasUsageLimit, "unlimited")
        if terms.offer != nil, !request.unlimited, !given.hasUsageLimit { terms.limit = 1 }
        try mistakes.refuse()
        try find(given, &terms)
        if !given.code.isEmpty, voucher(code: given.code) != nil { throw Expected.exists("CODE_TAKEN") }
        let code = given.code.isEmpty ? try newCode(made?.code, shape) : given.code
        let voucher = ModelVoucher(
            try adopt(made?.voucherID, "vch"), code: code, batch: "", terms, at: context.now)
        vouchers.append(voucher)
        context.record("voucher.created", voucher.id)
        return voucher.message(of: self, at: context.now)
    }

    /// Finds what a voucher names.
    private func find(_ given: Usher_Vouchers_V1_Voucher, _ terms: inout ModelVoucher.Terms) throws {
        terms.scope = try scope(given.scope)
        if terms.offer != nil { terms.offer?.package = try existingPackage(code: given.packageCode) }
    }

    private func existingPackage(code: String) throws -> ModelPackage {
        guard let package = livePackage(code: code) else { throw Expected.notFound("PACKAGE_NOT_FOUND") }
        return package
    }

    /// Takes over a code that the services drew.
    func newCode(_ code: String?, _ shape: CodeShape) throws -> String {
        guard let code else { return "" }
        guard shape.fits(code), voucher(code: code) == nil else {
            throw Discrepancy(source: .answer, what: "\(code) is no new code as asked for")
        }
        return code
    }

    func generateVouchers(
        _ request: Usher_Vouchers_V1_GenerateVouchersRequest, _ context: Context,
        _ made: Usher_Vouchers_V1_GenerateVouchersResponse?
    ) throws -> Usher_Vouchers_V1_GenerateVouchersResponse {
        var mistakes = Mistakes()
        var terms = ModelVoucher.Terms(Self.template(request), firstPlayByDefault: true, { $0 }, &mistakes)
        mistakes.require(!(request.unlimited && request.hasUsageLimit), "usage_limit")
        if !request.unlimited, !request.hasUsageLimit { terms.limit = 1 }
        mistakes.require((1...10_000).contains(request.count), "count")
        mistakes.require(request.assetID.isEmpty != request.packageCode.isEmpty, "asset_id")
        mistakes.requireID(request.batchID, "batch_id")
        let shape = CodeShape(request.codeProfile, default: settings.voucherCodeProfile)
        shape.check("code_profile", &mistakes)
        try mistakes.refuse()
        if request.packageCode.isEmpty {
            let asset = try existingAsset(request.assetID)
            mistakes.require(
                request.assetType == .unspecified || request.assetType == asset.message.type, "asset_type")
            try mistakes.refuse()
            terms.scope = ModelScope(assets: [asset])
        } else {
            terms.offer?.package = try existingPackage(code: request.packageCode)
        }
        guard shape.hasRoom(for: Int(request.count)) else {
            throw Expected(code: .resourceExhausted, reason: "CODE_SPACE_EXHAUSTED")
        }
        let batch = request.batchID.isEmpty ? try adopt(made?.batchID, "bat") : request.batchID
        addBatch(batch, context)
        var response = Usher_Vouchers_V1_GenerateVouchersResponse()
        response.batchID = batch
        for slim in (made?.vouchers ?? []).prefix(Int(request.count)) {
            let voucher = ModelVoucher(
                try adopt(slim.voucherID, "vch"), code: try newCode(slim.code, shape), batch: batch, terms,
                at: context.now)
            vouchers.append(voucher)
            response.vouchers.append(
                .with { ($0.voucherID, $0.code) = (voucher.id, voucher.code) })
            response.vouchers[response.vouchers.count - 1].tvCompatible =
                voucher.message(of: self, at: context.now).tvCompatible
        }
        if let made, made.vouchers.count != request.count {
            throw Discrepancy(source: .answer, what: "\(made.vouchers.count) vouchers instead of \(request.count)")
        }
        context.record("vouchers.generated", batch)
        return response
    }

    private static func template(
        _ request: Usher_Vouchers_V1_GenerateVouchersRequest
    ) -> Usher_Vouchers_V1_Voucher {
        .with { voucher in
            voucher.name = request.name
            voucher.redeemOn = request.redeemOn
            if !request.packageCode.isEmpty {
                voucher.effect = .subscription
                (voucher.packageCode, voucher.daysOfAccess) = (request.packageCode, request.daysOfAccess)
            }
            voucher.provisionService = request.provisionService
            if request.hasAccessPeriod { voucher.accessPeriod = request.accessPeriod }
            if request.hasRedeemFrom { voucher.redeemFrom = request.redeemFrom }
            if request.hasRedeemUntil { voucher.redeemUntil = request.redeemUntil }
            if request.hasUsageLimit, !request.unlimited { voucher.usageLimit = request.usageLimit }
            if request.hasPerViewerLimit { voucher.perViewerLimit = request.perViewerLimit }
            voucher.orderID = request.orderID
            voucher.custom = request.custom
            voucher.ignoreGeoblocking = request.ignoreGeoblocking
            voucher.ignoreSingleIp = request.ignoreSingleIp
            voucher.oneTimeUse = request.oneTimeUse
        }
    }

    func importVouchers(
        _ request: Usher_Vouchers_V1_ImportVouchersRequest, _ context: Context,
        _ made: Usher_Vouchers_V1_ImportVouchersResponse?, _ file: ModelFile?, _ listed: [(id: String, code: String)]
    ) throws -> Usher_Vouchers_V1_ImportVouchersResponse {
        var mistakes = Mistakes()
        var terms = ModelVoucher.Terms(request.template, firstPlayByDefault: true, { "template.\($0)" }, &mistakes)
        mistakes.require(request.template.code.isEmpty, "template.code")
        mistakes.require(!(request.unlimited && request.template.hasUsageLimit), "template.usage_limit")
        if !request.unlimited, !request.template.hasUsageLimit { terms.limit = 1 }
        mistakes.requireID(request.batchID, "batch_id")
        let rows = try rows(of: request, file, &mistakes)
        try find(request.template, &terms)
        var response = Usher_Vouchers_V1_ImportVouchersResponse()
        let good = judge(rows, &response)
        response.createdCount = Int32(good.count)
        if request.validateOnly { return response }
        if request.mode != .perRow, let first = response.errors.first {
            let code: StatusCode = first.reason == "CODE_TAKEN" ? .alreadyExists : .invalidArgument
            throw Expected(code: code, reason: first.reason)
        }
        if good.isEmpty { return response }
        response.batchID = request.batchID.isEmpty ? try adopt(made?.batchID, "bat") : request.batchID
        addBatch(response.batchID, context)
        let common = terms
        for row in good {
            let code = row.fields["code"] ?? ""
            let (name, orderID) = (row.fields["name"] ?? "", row.fields["order_id"] ?? "")
            (terms.name, terms.orderID) = (
                name.isEmpty ? common.name : name, orderID.isEmpty ? common.orderID : orderID
            )
            let voucherID = listed.first { $0.code == CodeText.trimmed(code) }?.id
            vouchers.append(
                ModelVoucher(
                    try adopt(voucherID, "vch"), code: code, batch: response.batchID, terms, at: context.now))
        }
        context.record("vouchers.imported", response.batchID)
        return response
    }

    /// The rows of a file, or of the codes that are listed.
    private func rows(
        of request: Usher_Vouchers_V1_ImportVouchersRequest, _ file: ModelFile?, _ mistakes: inout Mistakes
    ) throws -> [ModelFile.Row] {
        if let problem = file?.problem { throw Expected(code: .invalidArgument, reason: problem) }
        let counts = 1...10_000
        mistakes.require(file == nil ? counts.contains(request.codes.count) : request.codes.isEmpty, "codes")
        mistakes.require(file.map { counts.contains($0.rows.count) } ?? true, "csv")
        try mistakes.refuse()
        return file?.rows ?? request.codes.enumerated().map { ModelFile.Row(number: $0 + 1, fields: ["code": $1]) }
    }

    /// The rows that can be imported, and the errors of the others.
    private func judge(
        _ rows: [ModelFile.Row], _ response: inout Usher_Vouchers_V1_ImportVouchersResponse
    ) -> [ModelFile.Row] {
        var seen: Set<String> = []
        var good: [ModelFile.Row] = []
        for row in rows {
            if let reason = row.problem ?? problem(of: row, &seen) {
                response.errors.append(.with { ($0.row, $0.reason) = (Int32(row.number), reason) })
            } else {
                good.append(row)
            }
        }
        return good
    }

    /// - Parameter seen: the codes of earlier rows.
    private func problem(of row: ModelFile.Row, _ seen: inout Set<String>) -> String? {
        let code = row.fields["code"] ?? ""
        let length = CodeText.trimmed(code).unicodeScalars.count
        if !(1...200).contains(length) || code.contains("\u{7}") { return "CODE_INVALID" }
        if Self.isBad(row.fields["name"]) { return "NAME_INVALID" }
        if Self.isBad(row.fields["order_id"]) { return "ORDER_ID_INVALID" }
        if !seen.insert(CodeText.same(code)).inserted { return "CODE_REPEATED" }
        return voucher(code: code) == nil ? nil : "CODE_TAKEN"
    }

    private static func isBad(_ text: String?) -> Bool {
        var mistakes = Mistakes()
        mistakes.requireText(text ?? "", 0...200, "")
        return !mistakes.fields.isEmpty
    }

    // MARK: Reading

    func existingVoucher(_ id: String) throws -> ModelVoucher {
        guard let voucher = voucher(id) else { throw Expected.notFound("VOUCHER_NOT_FOUND") }
        return voucher
    }

    func livingVoucher(_ id: String) throws -> ModelVoucher {
        let voucher = try existingVoucher(id)
        if voucher.isDeleted { throw Expected.precondition("VOUCHER_DELETED") }
        return voucher
    }

    func lookUp(
        _ request: Usher_Vouchers_V1_LookupVoucherRequest, _ context: Context
    ) throws -> Usher_Vouchers_V1_LookupVoucherResponse {
        guard let voucher = voucher(code: request.code) else { throw Expected.notFound("VOUCHER_NOT_FOUND") }
        if voucher.isDeleted { throw Expected.precondition("VOUCHER_DELETED") }
        let message = voucher.message(of: self, at: context.now)
        return .with { response in
            response.voucherID = voucher.id
            response.code = voucher.code
            response.state = message.state
            response.redeemed = message.redeemed
            if message.hasExpireTime { response.expireTime = message.expireTime }
            guard let asset = voucher.terms.scope.only?.asset, !asset.isDeleted else {
                return
            }
            response.landingPage.assetID = asset.message.assetID
            response.landingPage.type = asset.message.type
            response.landingPage.title = asset.message.title
            response.landingPage.description_p = asset.message.description_p
            response.landingPage.relatedContent = asset.message.relatedContent
        }
    }

    func listed(_ request: Usher_Vouchers_V1_ListVouchersRequest, _ context: Context) -> [Usher_Vouchers_V1_Voucher] {
        let asset = liveAsset(request.assetID)
        return vouchers.filter { voucher in
            let state = voucher.state(at: context.now)
            return (request.batchID.isEmpty || voucher.batch == request.batchID)
                && (request.assetID.isEmpty || asset.map(voucher.terms.scope.assets.contains) ?? false)
                && (request.state == .unspecified ? state != .deleted : state == request.state)
                && (!request.hasCreatedFrom || voucher.created >= Instant(request.createdFrom))
                && (!request.hasCreatedUntil || voucher.created < Instant(request.createdUntil))
        }.sorted { $0.id < $1.id }.map { $0.message(of: self, at: context.now) }
    }

    func redemptions(of voucher: ModelVoucher) -> [Usher_Vouchers_V1_Redemption] {
        voucher.redemptions.map { $0.message(of: voucher) }
    }

    // MARK: Changing

    private static let voucherPaths: Set<String> = [
        "name", "code", "effect", "scope", "custom", "redeem_on", "access_period", "discount_percent", "redeem_from",
        "redeem_until", "usage_limit", "per_viewer_limit", "order_id", "ignore_geoblocking", "ignore_single_ip",
        "one_time_use", "discount_duration", "discount_cycles", "days_of_access", "package_code", "provision_service",
    ]

    func updateVoucher(
        _ request: Usher_Vouchers_V1_UpdateVoucherRequest, _ context: Context
    ) throws -> Usher_Vouchers_V1_Voucher {
        let given = request.voucher
        var mistakes = Mistakes()
        let paths = mistakes.mask(request.updateMask, Self.voucherPaths)
        try mistakes.refuse()
        let voucher = try livingVoucher(given.voucherID)
        try voucher.checkTag(given.etag)
        if paths.contains("code"), !given.code.isEmpty, CodeText.same(given.code) != voucher.canonical {
            throw Expected.precondition("CODE_IMMUTABLE")
        }
        var wanted = voucher.message(of: self, at: context.now)
        if paths.contains("effect"), given.effect != .unspecified, given.effect != wanted.effect {
            throw Expected.precondition("EFFECT_IMMUTABLE")
        }
        Self.take(paths, from: given, into: &wanted)
        var terms = ModelVoucher.Terms(wanted, firstPlayByDefault: false, { "voucher.\($0)" }, &mistakes)
        try mistakes.refuse()
        if let limit = terms.limit, limit < voucher.applied.count + held(voucher, at: context.now) {
            throw Expected.precondition("LIMIT_BELOW_USED")
        }
        terms.scope = paths.contains("scope") ? try scope(given.scope) : voucher.terms.scope
        if let offer = voucher.terms.offer {
            terms.offer?.package =
                paths.contains("package_code") ? try existingPackage(code: given.packageCode) : offer.package
        }
        if terms != voucher.terms {
            voucher.terms = terms
            voucher.touch(context.now)
            context.record("voucher.updated", voucher.id)
        }
        return voucher.message(of: self, at: context.now)
    }

    private static func take(
        _ paths: Set<String>, from given: Usher_Vouchers_V1_Voucher, into wanted: inout Usher_Vouchers_V1_Voucher
    ) {
        if paths.contains("name") { wanted.name = given.name }
        if paths.contains("scope") { wanted.scope = given.scope }
        if paths.contains("custom") { wanted.custom = given.custom }
        if paths.contains("redeem_on") { wanted.redeemOn = given.redeemOn }
        if paths.contains("access_period") {
            wanted.clearAccessPeriod()
            if given.hasAccessPeriod { wanted.accessPeriod = given.accessPeriod }
        }
        if paths.contains("discount_percent") { wanted.discountPercent = given.discountPercent }
        if paths.contains("discount_duration") { wanted.discountDuration = given.discountDuration }
        if paths.contains("discount_cycles") { wanted.discountCycles = given.discountCycles }
        if paths.contains("redeem_from") {
            wanted.clearRedeemFrom()
            if given.hasRedeemFrom { wanted.redeemFrom = given.redeemFrom }
        }
        if paths.contains("redeem_until") {
            wanted.clearRedeemUntil()
            if given.hasRedeemUntil { wanted.redeemUntil = given.redeemUntil }
        }
        if paths.contains("usage_limit") {
            wanted.clearUsageLimit()
            if given.hasUsageLimit { wanted.usageLimit = given.usageLimit }
        }
        if paths.contains("per_viewer_limit") {
            wanted.clearPerViewerLimit()
            if given.hasPerViewerLimit { wanted.perViewerLimit = given.perViewerLimit }
        }
        if paths.contains("days_of_access") { wanted.daysOfAccess = given.daysOfAccess }
        if paths.contains("package_code") { wanted.packageCode = given.packageCode }
        if paths.contains("provision_service") { wanted.provisionService = given.provisionService }
        if paths.contains("order_id") { wanted.orderID = given.orderID }
        if paths.contains("ignore_geoblocking") { wanted.ignoreGeoblocking = given.ignoreGeoblocking }
        if paths.contains("ignore_single_ip") { wanted.ignoreSingleIp = given.ignoreSingleIp }
        if paths.contains("one_time_use") { wanted.oneTimeUse = given.oneTimeUse }
    }

    /// Ends a voucher in one of the two ways, and the accesses that an access voucher gave with it.
    func end(_ voucherID: String, _ event: String, _ context: Context) throws -> Usher_Vouchers_V1_Voucher {
        let voucher = try livingVoucher(voucherID)
        let before = (voucher.terms, voucher.deactivated)
        if event == "voucher.deactivated" {
            voucher.deactivated = voucher.deactivated ?? context.now
        } else {
            if voucher.terms.until.map({ $0 > context.now }) ?? true { voucher.terms.until = context.now }
            if voucher.terms.from.map({ $0 >= context.now }) ?? false { voucher.terms.from = nil }
        }
        let ended = voucher.given.filter { $0.end(at: context.now) }.count
        if ended > 0 || before != (voucher.terms, voucher.deactivated) {
            voucher.touch(context.now)
            context.record(event, voucher.id)
        }
        return voucher.message(of: self, at: context.now)
    }

    func reactivate(_ voucherID: String, _ context: Context) throws -> Usher_Vouchers_V1_Voucher {
        let voucher = try livingVoucher(voucherID)
        if voucher.deactivated != nil {
            voucher.deactivated = nil
            voucher.touch(context.now)
            context.record("voucher.reactivated", voucher.id)
        }
        return voucher.message(of: self, at: context.now)
    }

    func deleteVoucher(_ request: Usher_Vouchers_V1_DeleteVoucherRequest, _ context: Context) throws {
        let voucher = try existingVoucher(request.voucherID)
        try voucher.checkTag(request.etag)
        if voucher.isDeleted { return }
        voucher.isDeleted = true
        voucher.touch(context.now)
        context.record("voucher.deleted", voucher.id)
    }
}
