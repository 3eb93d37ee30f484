import Dispatch

/// Where the tasks of streams run: threads of their own. Those of the process's default executor are as few as its
/// cores, and whoever else blocks one must not hold up streams.
final class StreamExecutor: TaskExecutor {
    static let shared = StreamExecutor()

    private let queue = DispatchQueue(label: "usher-streams", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
