public import UsherAPI
import UsherContract
import UsherRPC

/// Every event of an organisation after a sequence, each once and in order, for as long as events are taken: a stream
/// that breaks is begun again where it was.
///
///     for try await event in client.events(after: last) { … }
///
/// Whoever must not miss one stores the sequence of the last event that it has dealt with.
public struct EventFeed: AsyncSequence, Sendable {
    let client: UsherClient
    let request: Usher_Events_V1_WatchEventsRequest
    let options: CallOptions

    public struct AsyncIterator: AsyncIteratorProtocol {
        let client: UsherClient
        var request: Usher_Events_V1_WatchEventsRequest
        let options: CallOptions
        var events: ResponseStream<Usher_Events_V1_Event>.AsyncIterator?
        var failures = 0

        /// - Throws: a `Refusal` that no repetition mends, such as a key that is good no longer; `CancellationError`.
        public mutating func next() async throws -> Usher_Events_V1_Event? {
            while true {
                do {
                    if events == nil {
                        events = try await client.serverStream(
                            Usher_Events_V1_EventService.watchEvents, request, options: options
                        ).makeAsyncIterator()
                    }
                    if let event = try await events?.next() {
                        (request.afterSequence, request.fromNow, failures) = (event.sequence, false, 0)
                        return event
                    }
                    throw TransportError.connectionLost
                } catch {
                    events = nil
                    failures += 1
                    let method = Usher_Events_V1_EventService.watchEvents.descriptor
                    guard let pause = RetryRule.pause(after: error, method, attempt: failures) else { throw error }
                    try await Task.sleep(for: pause)
                }
            }
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(client: client, request: request, options: options)
    }
}

extension UsherClient {
    /// Follows what happens in an organisation.
    ///
    /// - Parameters:
    ///   - sequence: only events after this one; nil for those that are committed from now on.
    ///   - types: as in `WatchEventsRequest`; empty for all.
    public func events(
        after sequence: Int64?, types: [String] = [], options: CallOptions = CallOptions()
    ) -> EventFeed {
        var request = Usher_Events_V1_WatchEventsRequest()
        (request.types, request.fromNow, request.afterSequence) = (types, sequence == nil, sequence ?? 0)
        return EventFeed(client: self, request: request, options: options)
    }
}
