import UsherAPI
import UsherContract
import UsherStorage

extension CatalogService {
    func deactivateViewer(
        _ request: Usher_Catalog_V1_DeactivateViewerRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Viewer {
        var violations = Violations()
        violations.requireProse(request.reason, "reason", Viewer.reasonLengths)
        try violations.refuse()
        return try change(request.viewerID, etag: request.etag, to: .deactivated, in: tx) { viewer in
            let ended = try AccessEnding.suspend(allOf: viewer.key, in: tx)
            try tx.record(
                "viewer.deactivated", viewer.id, before: ["active": true],
                after: ["active": false, "ended_accesses": ended, "reason": request.reason])
        }
    }

    func reactivateViewer(
        _ request: Usher_Catalog_V1_ReactivateViewerRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Viewer {
        try change(request.viewerID, etag: request.etag, to: .active, in: tx) { viewer in
            let restored = try AccessEnding.restore(allOf: viewer.key, in: tx)
            try tx.record(
                "viewer.reactivated", viewer.id, before: ["active": false],
                after: ["active": true, "restored_accesses": restored])
        }
    }

    /// Brings the viewer into a status; nothing happens where it has it.
    private func change(
        _ id: String, etag: String, to status: Viewer.Status, in tx: Transaction, _ follow: (Viewer) throws -> Void
    ) throws -> Usher_Catalog_V1_Viewer {
        guard var viewer = try ViewerStore.find(id, in: tx) else { throw CatalogRefusal.viewerNotFound }
        try ETag.check(etag, against: viewer.version)
        if viewer.status != status {
            (viewer.status, viewer.updateTime, viewer.version) = (status, tx.now, viewer.version + 1)
            try ViewerStore.update(viewer, in: tx)
            try follow(viewer)
        }
        return try .init(viewer, in: tx)
    }
}
