import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

/// Makes messages of access records, and looks up the names of what many of them share once.
struct AccessPresenter {
    private let tx: Transaction
    private let organisationID: String
    private var assets: [Int64: String] = [:]
    private var packages: [Int64: String] = [:]
    private var priceOptions: [Int64: String] = [:]

    init(_ tx: Transaction) throws {
        self.tx = tx
        organisationID = try tx.organisationID
    }

    /// - Parameters:
    ///   - viewerID: the caller's own id of the viewer whose key the access has, where it is known already.
    ///   - assetID: likewise of the asset.
    ///   - now: the moment at which its state is judged.
    mutating func message(
        _ access: Access, viewerID: String? = nil, assetID: String? = nil, at now: Instant
    ) throws -> Usher_Access_V1_Access {
        var message = Usher_Access_V1_Access(access, of: organisationID, at: now)
        let tx = tx
        if access.boundIP != nil { tx.replyTells(of: access.viewerKey) }
        if let key = access.viewerKey { message.viewerID = try viewerID ?? ViewerStore.id(of: key, in: tx) ?? "" }
        if let key = access.assetKey {
            message.assetID = try assetID ?? Self.name(key, &assets) { try AssetStore.id(of: $0, in: tx) }
        }
        if let key = access.packageKey {
            message.packageID = try Self.name(key, &packages) { try PackageStore.id(of: $0, in: tx) }
        }
        if let key = access.priceOptionKey {
            message.priceOptionID = try Self.name(key, &priceOptions) { try PriceOptionStore.id(of: $0, in: tx) }
        }
        return message
    }

    private static func name(
        _ key: Int64, _ known: inout [Int64: String], _ find: (Int64) throws -> String?
    ) throws -> String {
        if let name = known[key] { return name }
        let name = try find(key) ?? ""
        known[key] = name
        return name
    }
}
