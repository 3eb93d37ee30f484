import UsherAPI
import UsherContract
import UsherStorage

/// `usher.events.v1.EventService`: what has happened, in the order in which it was committed.
///
/// Events and audit are two readings of the journal, which storage keeps.
struct EventService: Sendable {
    private typealias RPC = Usher_Events_V1_EventService

    /// Rows that one call looks at, at most: a filter that hardly anything passes gives short pages, not long calls.
    private static let scanLimit = 5_000

    var methods: [Method] {
        [
            Method(RPC.listEvents, on: .organisation, .scope(.eventsRead), listEvents),
            Method(RPC.listAuditEntries, on: .organisation, .scope(.eventsRead), listAuditEntries),
        ]
    }

    var streams: [StreamMethod] {
        [StreamMethod(RPC.watchEvents, .scope(.eventsRead), isEndless: true, watchEvents)]
    }

    private func listEvents(
        _ request: Usher_Events_V1_ListEventsRequest, _ tx: Transaction
    ) throws -> Usher_Events_V1_ListEventsResponse {
        let organisation = try tx.organisationID
        let page = try Page(of: request, in: tx)
        var violations = Violations()
        let filter = EventFilter(request.types, &violations)
        violations.require(request.afterSequence >= 0, "after_sequence", "must not be negative")
        try violations.refuse()
        let start = try page.after == nil ? Self.start(after: request.afterSequence, tx) : page.afterNumber()
        var response = Usher_Events_V1_ListEventsResponse()
        (response.lastSequence, response.nextPageToken) = try scan(
            page, from: start, { try tx.journal(after: $0, limit: $1) }
        ) { entry in
            guard filter.passes(entry.event) else { return 0 }
            let message = entry.event(of: organisation)
            response.events.append(message)
            return try (message.serializedBytes() as [UInt8]).count
        }
        return response
    }

    private func listAuditEntries(
        _ request: Usher_Events_V1_ListAuditEntriesRequest, _ tx: Transaction
    ) throws -> Usher_Events_V1_ListAuditEntriesResponse {
        let organisation = try tx.organisationID
        let page = try Page(of: request, in: tx)
        var violations = Violations()
        let filter = EventFilter(request.types, &violations)
        try violations.refuse()
        let start = try page.after == nil ? Int64.max : page.afterNumber()
        var response = Usher_Events_V1_ListAuditEntriesResponse()
        (_, response.nextPageToken) = try scan(page, from: start, { try tx.journal(before: $0, limit: $1) }) { entry in
            guard filter.passes(entry.event), request.resourceID.isEmpty || request.resourceID == entry.resource,
                request.keyID.isEmpty || request.keyID == entry.principal
            else { return 0 }
            let message = entry.auditEntry(of: organisation)
            response.auditEntries.append(message)
            return try (message.serializedBytes() as [UInt8]).count
        }
        return response
    }

    /// Looks at rows until the page is full, there are no more, or so many were looked at that the call is long enough.
    ///
    /// - Parameters:
    ///   - rows: at most so many rows beyond one.
    ///   - take: puts a row on the page; returns its size in bytes, 0 for a row that does not belong there.
    /// - Returns: the last row that was looked at, and the token of the next page.
    private func scan(
        _ page: Page, from start: Int64, _ rows: (Int64, Int) throws -> [JournalEntry],
        _ take: (JournalEntry) throws -> Int
    ) throws -> (last: Int64, token: String) {
        var (last, scanned, taken, bytes) = (start, 0, 0, 0)
        while scanned < Self.scanLimit {
            let found = try rows(last, EventBatch.rows)
            for entry in found {
                if taken == page.size || bytes >= Page.maximumBytes { return (last, page.token(after: String(last))) }
                let size = try take(entry)
                (taken, bytes) = (size > 0 ? taken + 1 : taken, bytes + size)
                last = entry.sequence
            }
            if found.count < EventBatch.rows { return (last, "") }
            scanned += found.count
        }
        return (last, page.token(after: String(last)))
    }

    /// Reads what there is, then waits for a commit, and so on. Every batch begins where the one before ended, so that
    /// nothing is left out, and nothing that was rolled back is ever in the journal.
    private func watchEvents(
        _ request: Usher_Events_V1_WatchEventsRequest,
        _ call: StreamCall<Usher_Events_V1_WatchEventsRequest, Usher_Events_V1_Event>
    ) async throws {
        var violations = Violations()
        let filter = EventFilter(request.types, &violations)
        violations.require(request.afterSequence >= 0, "after_sequence", "must not be negative")
        violations.require(
            !request.fromNow || request.afterSequence == 0, "from_now", "cannot be together with after_sequence")
        try violations.refuse()
        var (position, organisation) = try await call.read { tx in
            let start = try request.fromNow ? tx.journalBounds().last : Self.start(after: request.afterSequence, tx)
            return (start, try tx.organisationID)
        }
        while true {
            let batch = try await call.read { [position] tx in try EventBatch.next(after: position, filter, in: tx) }
            for entry in batch.entries { try await call.send(entry.event(of: organisation)) }
            position = batch.end
            if batch.isAtEnd { try await call.committed(after: position) }
        }
    }

    /// Where events after `sequence` begin.
    ///
    /// - Throws: OUT_OF_RANGE `EVENTS_GONE`, `SEQUENCE_AHEAD`.
    private static func start(after sequence: Int64, _ tx: Transaction) throws -> Int64 {
        let bounds = try tx.journalBounds()
        guard sequence >= bounds.retainedTo else { throw EventRefusal.gone(bounds) }
        guard sequence <= bounds.last else { throw EventRefusal.ahead(bounds) }
        return sequence
    }
}
