package import Logging
package import NIOCore
import UsherContract

/// Stops accepting for a moment where the process has no descriptor left. The kernel reports the connection that it
/// cannot hand out again and again, and to try at once would take a whole core.
///
/// It sits in the pipeline of a listening channel.
package final class AcceptGate: ChannelInboundHandler {
    package typealias InboundIn = any Channel

    private let pause: TimeAmount
    private let places: [ConnectionPlaces]
    private let logger: Logger
    private let lines = LogThrottle<Int>()

    /// - Parameter places: whose oldest strangers give way.
    package init(places: [ConnectionPlaces], pause: Duration = RPCLimits.acceptPause, logger: Logger) {
        self.places = places
        self.pause = TimeAmount(clamping: pause)
        self.logger = logger
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let untold = lines.admit(0) {
            logger.warning("a connection was not accepted", metadata: ["error": "\(error)", "untold": "\(untold)"])
        }
        for place in places { place.giveWay() }
        let channel = context.channel
        // Reading on is what would try again.
        channel.setOption(.autoRead, value: false).whenSuccess { [pause] in
            channel.eventLoop.scheduleTask(in: pause) { channel.setOption(.autoRead, value: true) }
        }
    }
}
