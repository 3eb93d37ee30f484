import Synchronization

/// How much of a stream waits in each direction.
struct StreamLimits: Sendable {
    /// Messages that wait for the stream's task; one more fails the stream.
    var inboundMessages = RPCLimits.streamInboundMessages
    /// Bytes of messages that wait for the stream's task; one message of any size is always taken.
    var inboundBytes = RPCLimits.streamInboundBytes
    /// Messages that wait to be sent; at so many the task waits.
    var outboundMessages = RPCLimits.streamOutboundMessages
    /// Bytes of messages that wait to be sent; at so many the task waits.
    var outboundBytes = RPCLimits.streamOutboundBytes
    /// Bytes that a message counts besides its own when the task takes it.
    var messageOverhead = 0
    /// The connection is told when the task has taken so many bytes: for protocols with windows.
    var consumedNotice = Int.max
}

/// How many streams there are and how many of their tasks run: both return to where they began, or something leaks.
public final class StreamCensus: Sendable {
    private let streams = Atomic<Int>(0)
    private let tasks = Atomic<Int>(0)

    /// Streams in memory.
    public var streamCount: Int { streams.load(ordering: .acquiring) }
    /// Tasks of streams that have not ended.
    public var taskCount: Int { tasks.load(ordering: .acquiring) }

    init() {}

    func streamBegan() { streams.add(1, ordering: .relaxed) }
    func streamEnded() { streams.subtract(1, ordering: .releasing) }
    func taskBegan() { tasks.add(1, ordering: .relaxed) }
    func taskEnded() { tasks.subtract(1, ordering: .releasing) }
}
