import SwiftProtobuf
import UsherAPI
import UsherContract

enum PackageSteps {
    typealias RPC = Usher_Catalog_V1_CatalogService

    static let all = [
        Step(weight: 3, prepare: create), Step(weight: 1, isWrite: false, prepare: get),
        Step(weight: 4, prepare: update), Step(weight: 1, prepare: delete),
    ]

    /// Makes what there is to sell from the beginning.
    static func begin(_ tenant: OrganisationModel, _ simulation: Simulation) throws {
        for (index, id) in Pool.packages.enumerated() {
            let request = Usher_Catalog_V1_CreatePackageRequest.with { request in
                request.package.packageID = id
                request.package.packageCode = Pool.packageCodes[index]
                request.package.title = id
                request.package.assetIds = index == 0 ? ["asset-1", "asset-2"] : ["asset-3", "series-1"]
                request.package.printProduct = index == 1
                request.package.voucherPurchaseEnabled = true
                request.package.graceDays = 3
            }
            let actor = simulation.root(in: tenant.id)
            try simulation.run([PreparedCall(RPC.createPackage, request, by: actor, tenant.createPackage)])
        }
        try PriceSteps.begin(tenant, simulation)
    }

    private static func package(_ simulation: Simulation) -> Usher_Catalog_V1_Package {
        .with { package in
            package.packageID = simulation.dice.chance(97) ? simulation.packageID() : ""
            package.packageCode =
                simulation.dice.chance(96)
                ? simulation.dice.pick(Pool.packageCodes + [""]) ?? ""
                : simulation.dice.one("\u{7}", String(repeating: "c", count: 51))
            package.title = simulation.text("Package")
            package.description_p = simulation.dice.one("", "About it")
            package.assetIds = simulation.dice.some(Pool.assets, percent: 30)
            if simulation.dice.chance(4) { package.assetIds += [simulation.assetID(), simulation.assetID()] }
            package.printProduct = simulation.dice.chance(50)
            package.deliveryAddressRequired = simulation.dice.chance(package.printProduct ? 50 : 4)
            package.voucherPurchaseEnabled = simulation.dice.chance(80)
            package.graceDays = simulation.dice.chance(96) ? simulation.dice.one(0, 1, 25) : simulation.dice.one(-1, 26)
            package.allowSeveralSubscriptions = simulation.dice.chance(30)
        }
    }

    private static func create(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_CreatePackageRequest.with { request in
            request.package = package(simulation)
            let free = Pool.packages.filter { tenant.livePackage($0) == nil }
            if simulation.dice.chance(60), let id = simulation.dice.pick(free) { request.package.packageID = id }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.createPackage, request, by: simulation.actor(in: tenant.id), tenant.createPackage)
    }

    private static func get(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_GetPackageRequest.with { $0.packageID = simulation.packageID() }
        return try PreparedCall(RPC.getPackage, request, by: simulation.actor(in: tenant.id)) { request, _, _ in
            try tenant.existingPackage(request.packageID).shown
        }
    }

    private static func update(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_UpdatePackageRequest.with { request in
            request.package = package(simulation)
            let current = tenant.livePackage(request.package.packageID)
            if simulation.dice.chance(20), let current { request.package = current.shown }
            request.package.etag = simulation.tag(current?.message.etag)
            request.updateMask.paths = simulation.mask(OrganisationModel.packagePaths.sorted())
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.updatePackage, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.updatePackage(request, context)
        }
    }

    private static func delete(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_DeletePackageRequest.with { request in
            request.packageID = simulation.packageID()
            request.etag = simulation.tag(tenant.livePackage(request.packageID)?.message.etag)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.deletePackage, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.deletePackage(request, context)
            return .init()
        }
    }

    // MARK: Lists

    static func list(
        _ tenant: OrganisationModel, _ request: Usher_Catalog_V1_ListPackagesRequest
    ) -> Walk<Usher_Catalog_V1_ListPackagesRequest, Usher_Catalog_V1_ListPackagesResponse, Usher_Catalog_V1_Package> {
        Walk(
            method: RPC.listPackages, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.packages, token: \.nextPageToken
        ) { _ in tenant.listed(request) }
    }

    static func filter(_ simulation: Simulation) -> Usher_Catalog_V1_ListPackagesRequest {
        .with { request in
            if simulation.dice.chance(40) { request.assetID = simulation.assetID() }
            if simulation.dice.chance(30) { request.packageCode = simulation.dice.pick(Pool.packageCodes) ?? "" }
        }
    }
}

extension Simulation {
    func packageID() -> String { dice.chance(97) ? dice.pick(Pool.packages) ?? "" : dice.one("", "nowhere", ".x") }
}
