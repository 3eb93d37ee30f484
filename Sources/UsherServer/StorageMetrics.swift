import UsherStorage

extension StorageStatistics {
    /// The statistics as Prometheus' text. They are read when asked for, so that storage need not report each one.
    var prometheusText: String {
        let counters: [(name: String, value: Int)] = [
            ("commits", commits), ("failed_batches", failedBatches), ("written_calls", writtenCalls),
            ("replayed_calls", replayedCalls), ("read_batches", readBatches), ("read_calls", readCalls),
            ("dropped_calls", droppedCalls), ("overloaded_calls", overloadedCalls), ("database_opens", opens),
            ("database_evictions", evictions), ("checkpoints", checkpoints),
        ]
        return counters.map { counter in
            let name = "usher_storage_\(counter.name)_total"
            return "# TYPE \(name) counter\n\(name) \(counter.value)\n"
        }.joined()
    }
}
