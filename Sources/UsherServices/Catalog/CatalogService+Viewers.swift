import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension CatalogService {
    func createViewer(
        _ request: Usher_Catalog_V1_CreateViewerRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Viewer {
        var violations = Violations()
        let viewer = Viewer.described(request.viewer, id: tx.newID(Viewer.prefix), now: tx.now, &violations)
        try violations.refuse()
        guard try ViewerStore.insert(viewer, in: tx) else { throw CatalogRefusal.viewerExists(viewer.id) }
        // Without the address: those of viewers who are deleted one day are forgotten.
        try tx.record("viewer.created", viewer.id)
        return try .init(viewer, in: tx)
    }

    func getViewer(
        _ request: Usher_Catalog_V1_GetViewerRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Viewer {
        guard let viewer = try ViewerStore.find(request.viewerID, in: tx) else { throw CatalogRefusal.viewerNotFound }
        return try .init(viewer, in: tx)
    }

    func listViewers(
        _ request: Usher_Catalog_V1_ListViewersRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_ListViewersResponse {
        let page = try Page(of: request, in: tx)
        let (after, limit) = (try page.afterNumber(), page.size + 1)
        var violations = Violations()
        violations.requireText(request.email, "email", Viewer.emailLengths)
        try violations.refuse()
        let found =
            request.email.isEmpty
            ? try ViewerStore.list(after: after, limit: limit, in: tx)
            : try ViewerStore.search(email: request.email, after: after, limit: limit, in: tx)
        let (items, token) = try page.cut(found, key: { String($0.key) }) {
            try Usher_Catalog_V1_Viewer($0, in: tx)
        }
        return .with { ($0.viewers, $0.nextPageToken) = (items, token) }
    }

    func updateViewer(
        _ request: Usher_Catalog_V1_UpdateViewerRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Viewer {
        var violations = Violations()
        let fields = ViewerField.named(in: request.updateMask, &violations)
        if fields.contains(.email) { violations.requireEmail(request.viewer.email, "viewer.email") }
        try violations.refuse()
        guard let before = try ViewerStore.find(request.viewer.viewerID, in: tx) else {
            throw CatalogRefusal.viewerNotFound
        }
        try ETag.check(request.viewer.etag, against: before.version)
        guard fields.contains(.email), request.viewer.email != before.email else {
            return try .init(before, in: tx)
        }
        var viewer = before
        (viewer.email, viewer.updateTime, viewer.version) = (request.viewer.email, tx.now, before.version + 1)
        try ViewerStore.update(viewer, in: tx)
        try tx.record(
            "viewer.updated", viewer.id, before: ["version": before.version], after: ["version": viewer.version])
        return try .init(viewer, in: tx)
    }

    func deleteViewer(
        _ request: Usher_Catalog_V1_DeleteViewerRequest, _ tx: Transaction
    ) throws -> Google_Protobuf_Empty {
        guard let viewer = try ViewerStore.find(request.viewerID, in: tx) else { throw CatalogRefusal.viewerNotFound }
        try ETag.check(request.etag, against: viewer.version)
        try ViewerStore.delete(viewer.key, in: tx)
        let ended = try AccessEnding.apply(toAllOf: viewer.key, in: tx)
        // Who has the same address, as in a family, is still on the lists.
        if let email = EmailAddress(viewer.email), try !ViewerStore.isUsed(email, in: tx) {
            try VoucherEmailStore.forget(
                email, of: ResourceID(prefix: Viewer.prefix, number: viewer.key), in: tx)
        }
        try tx.forgetReplies(of: viewer.key)
        // The address is not kept in the journal either: a deleted viewer is forgotten.
        try tx.record("viewer.deleted", viewer.id, after: ["ended_accesses": ended])
        return .init()
    }
}
