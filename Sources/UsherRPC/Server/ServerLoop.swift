import NIOCore

/// What belongs to one event loop of a server: the outbox and the connections. Connections are touched only on the
/// loop.
///
/// Invariant: a channel is here from its registration until it is closed; one without a connection has not said yet
/// what it speaks.
final class ServerLoop: @unchecked Sendable {
    private struct Entry {
        let channel: any Channel
        var connection: (any ServerConnection)?
    }

    let outbox: Outbox
    private let eventLoop: any EventLoop
    private var entries: [ObjectIdentifier: Entry] = [:]
    private var isDraining = false

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        outbox = Outbox(eventLoop: eventLoop)
    }

    /// A channel was accepted.
    func register(_ channel: any Channel, onClose: @escaping @Sendable () -> Void) {
        eventLoop.assertInEventLoop()
        let key = ObjectIdentifier(channel)
        entries[key] = Entry(channel: channel)
        channel.closeFuture.whenComplete { _ in
            self.entries[key] = nil
            onClose()
        }
        if isDraining { channel.close(promise: nil) }
    }

    /// A channel has said what it speaks.
    ///
    /// - Parameter firstCall: when it is closed if no call has come until then; nil for never.
    func began(_ connection: any ServerConnection, on channel: any Channel, firstCall: NIODeadline?) {
        entries[ObjectIdentifier(channel)]?.connection = connection
        guard let firstCall else { return }
        let alarm = eventLoop.scheduleTask(deadline: firstCall) {
            if !connection.connection.hasCalled { connection.finish() }
        }
        channel.closeFuture.whenComplete { _ in alarm.cancel() }
    }

    /// Refuses new calls; fulfilled when those in flight are answered and sent.
    func drain() -> EventLoopFuture<Void> {
        eventLoop.flatSubmit {
            self.isDraining = true
            let done = self.entries.values.map { entry in
                let promise = self.eventLoop.makePromise(of: Void.self)
                if let connection = entry.connection {
                    connection.drain(promise)
                } else {
                    entry.channel.close(promise: nil)
                    promise.succeed()
                }
                return promise.futureResult
            }
            return EventLoopFuture.andAllComplete(done, on: self.eventLoop)
        }
    }

    /// Closes every connection; fulfilled when they are closed.
    func finish() -> EventLoopFuture<Void> {
        eventLoop.flatSubmit {
            let closed = self.entries.values.map { entry in
                if let connection = entry.connection {
                    connection.finish()
                } else {
                    entry.channel.close(promise: nil)
                }
                return entry.channel.closeFuture
            }
            return EventLoopFuture.andAllComplete(closed, on: self.eventLoop)
        }
    }
}
