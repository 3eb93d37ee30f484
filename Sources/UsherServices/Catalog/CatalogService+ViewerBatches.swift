import UsherAPI
import UsherContract
import UsherStorage

extension CatalogService {
    func batchUpsertViewers(
        _ request: Usher_Catalog_V1_BatchUpsertViewersRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_BatchUpsertViewersResponse {
        var violations = Violations()
        violations.requireBatch(request.viewers.map(\.viewerID), "viewers", id: "viewer_id")
        try violations.refuse()
        let given = request.viewers.enumerated().map { index, message in
            Viewer.described(message, "viewers[\(index)]", id: tx.newID(Viewer.prefix), now: tx.now, &violations)
        }
        try violations.refuse()
        var (created, updated) = ([String](), [String]())
        for viewer in given {
            if var before = try ViewerStore.find(viewer.id, in: tx) {
                guard viewer.email != before.email else { continue }
                updated.append(viewer.id)
                (before.email, before.updateTime, before.version) = (viewer.email, tx.now, before.version + 1)
                if !request.validateOnly { try ViewerStore.update(before, in: tx) }
            } else {
                created.append(viewer.id)
                if !request.validateOnly, try !ViewerStore.insert(viewer, in: tx) {
                    throw StorageError.inconsistent("viewer \(viewer.id) is there and is not found")
                }
            }
        }
        if !request.validateOnly, !created.isEmpty || !updated.isEmpty {
            // Without the addresses: those of viewers who are deleted one day are forgotten.
            try tx.record(
                "viewers.upserted", "viewers",
                after: ["created": created.joined(separator: " "), "updated": updated.joined(separator: " ")])
        }
        return .with { response in
            response.createdCount = Int32(created.count)
            response.updatedCount = Int32(updated.count)
            response.unchangedCount = Int32(given.count - created.count - updated.count)
        }
    }
}
