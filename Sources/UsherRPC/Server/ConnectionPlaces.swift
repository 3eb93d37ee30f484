package import NIOCore
import Synchronization

/// The places of a server's connections on all its event loops, see ``Places``.
package final class ConnectionPlaces: Sendable {
    private struct State {
        var places: Places
        var channels: [UInt64: any Channel] = [:]
    }

    private let state: Mutex<State>

    init(_ settings: Places.Settings) { state = Mutex(State(places: Places(settings))) }

    /// Places that nobody is told apart in: the oldest connection gives way to a newcomer.
    package convenience init(limit: Int) {
        self.init(Places.Settings(total: limit, strangers: limit, perAddress: nil))
    }

    /// Gives a channel a place until it is closed, perhaps that of another, which is closed. Nil where there is none.
    package func enter(_ channel: any Channel) -> UInt64? {
        let address = channel.remoteAddress?.ipAddress.flatMap(PeerAddress.init)
        let (id, victim): (UInt64?, (any Channel)?) = state.withLock { state in
            guard case .enters(let id, let victim) = state.places.enter(from: address) else { return (nil, nil) }
            state.channels[id] = channel
            return (id, victim.flatMap { state.channels.removeValue(forKey: $0) })
        }
        victim?.close(promise: nil)
        guard let id else { return nil }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { state in
                state.places.leave(id)
                state.channels[id] = nil
            }
        }
        return id
    }

    /// A credential of the connection was good.
    func trust(_ id: UInt64) { state.withLock { $0.places.trust(id) } }

    /// Closes the oldest stranger, if there is one: something else needs its descriptor.
    func giveWay() {
        let victim = state.withLock { state in
            state.places.giveWay().flatMap { state.channels.removeValue(forKey: $0) }
        }
        victim?.close(promise: nil)
    }

    /// How many connections there are, and how many of them are strangers.
    package var counts: (all: Int, strangers: Int) {
        state.withLock { ($0.places.count, $0.places.strangerCount) }
    }
}
