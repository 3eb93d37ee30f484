import UsherContract
public import UsherStorage

extension OrganisationService {
    /// Sees to it that there can be one more key.
    ///
    /// - Throws: RESOURCE_EXHAUSTED `API_KEY_LIMIT`.
    func makeRoomForKey(of organisationID: String?, in tx: Transaction) throws {
        guard try ApiKeyStore.countUsable(of: organisationID, limit: keys.count, in: tx) < keys.count else {
            throw OrganisationRefusal.keyLimit(keys)
        }
        if let time = try ApiKeyStore.createTime(ofNewest: keys.count, of: organisationID, in: tx) {
            let until = time + ApiKeyLimits.creationTime
            guard until <= tx.now else {
                throw OrganisationRefusal.keysMadeToday(keys, retryAfter: until - tx.now)
            }
        }
        // Those that have ended give way: with the usable ones they are at most twice as many.
        guard try ApiKeyStore.createTime(ofNewest: 2 * keys.count, of: organisationID, in: tx) != nil else { return }
        try remove(try ApiKeyStore.oldestEnded(of: organisationID, limit: ApiKeyLimits.removedAtATime, in: tx), in: tx)
    }

    /// Removes keys that have ended long ago, as many as one short transaction should. To be run as the system now and
    /// then.
    ///
    /// - Returns: whether there is more.
    public func removeEndedKeys(in tx: Transaction) throws -> Bool {
        let ended = try ApiKeyStore.ended(
            by: tx.now - keys.keptAfterEnd, limit: ApiKeyLimits.removedAtATime, in: tx)
        guard !ended.isEmpty else { return false }
        try remove(ended, in: tx)
        try tx.record("api_keys.removed", "api_keys", after: ["count": ended.count])
        return ended.count >= ApiKeyLimits.removedAtATime
    }

    private func remove(_ ids: [ResourceID], in tx: Transaction) throws {
        try ApiKeyStore.delete(ids, in: tx)
        tx.afterCommit { [credentials] in credentials.remove(ids) }
    }
}
