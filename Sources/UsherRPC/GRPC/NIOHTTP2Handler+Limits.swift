import NIOCore
import NIOHTTP2

extension NIOHTTP2Handler {
    /// The rules of HTTP/2 on a server's connection, with our limits; frames are handed on as they are, without a
    /// channel for each stream.
    convenience init(_ settings: ConnectionState.Settings, _ errors: ConnectionErrors) {
        var connection = ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: min(RPCLimits.http2Streams, settings.inFlight)),
            HTTP2Setting(parameter: .maxHeaderListSize, value: RPCLimits.headerListBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: RPCLimits.streamWindow),
        ]
        connection.maximumSequentialEmptyDataFrames = RPCLimits.emptyDataFrames
        connection.maximumBufferedControlFrames = RPCLimits.unsentControlFrames
        connection.maximumSequentialContinuationFrames = RPCLimits.continuationFrames
        connection.maximumRecentlyResetStreams = RPCLimits.rememberedResets
        connection.maximumConnectionGlitches = RPCLimits.glitches
        connection.controlFrameRateLimit.maximumCount = RPCLimits.controlFramesPerCentisecond
        connection.controlFrameRateLimit.windowLength = .milliseconds(10)
        var stream = StreamConfiguration()
        stream.streamResetFrameRateLimit.maximumCount = RPCLimits.resetsPerSecond
        stream.streamResetFrameRateLimit.windowLength = .seconds(1)
        stream.streamErrorRateLimit.maximumCount = RPCLimits.streamErrorsPerSecond
        stream.streamErrorRateLimit.windowLength = .seconds(1)
        self.init(
            mode: .server, frameDelegate: errors, connectionConfiguration: connection, streamConfiguration: stream)
    }
}

/// Tells an error of the connection, after which nothing works, from one of a stream: both are reported alike, but
/// only the first is preceded by a GOAWAY.
final class ConnectionErrors: NIOHTTP2FrameDelegate {
    private(set) var areFatal = false

    func wroteFrame(_ frame: HTTP2Frame) {
        if case .goAway(_, let code, _) = frame.payload, code != .noError { areFatal = true }
    }
}
