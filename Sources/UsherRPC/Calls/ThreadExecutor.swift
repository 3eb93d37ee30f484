import NIOCore
import NIOPosix

/// Threads and timers of ours for tasks, as many as are named and never more.
///
/// Those of the process's default executor are libdispatch's, which ends the process where jobs wait for them and there
/// is no descriptor left to look at /proc with. They are as few as the cores, too, and whoever else blocks one must not
/// hold up what runs here.
package final class ThreadExecutor: TaskExecutor {
    /// For the tasks of streams, and for what a server does beside its calls.
    package static let shared = ThreadExecutor(threads: RPCLimits.taskThreads)

    private let pool: NIOThreadPool
    private let timers: MultiThreadedEventLoopGroup

    /// - Parameter threads: they last as long as the process.
    private init(threads: Int) {
        pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
        timers = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pool.submit { _ in job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Waits, without a thread. `Task.sleep` would come back by way of the default executor.
    ///
    /// - Throws: where the task is cancelled.
    package func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        let alarm = timers.next().scheduleTask(in: TimeAmount(clamping: duration)) {}
        try await withTaskCancellationHandler {
            try await alarm.futureResult.get()
        } onCancel: {
            alarm.cancel()
        }
    }
}
