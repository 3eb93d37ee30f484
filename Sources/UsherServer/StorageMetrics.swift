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

extension StorageHealth {
    /// How the databases are, as Prometheus' gauges.
    var prometheusText: String {
        let gauges: [(name: String, value: Int)] = [
            ("wal_bytes", walBytes), ("largest_wal_bytes", largestWALBytes),
            ("read_only_databases", readOnlyDatabases), ("full_databases", fullDatabases),
            ("unavailable_organisations", unavailableOrganisations),
        ]
        return gauges.map { gauge in
            let name = "usher_storage_\(gauge.name)"
            return "# TYPE \(name) gauge\n\(name) \(gauge.value)\n"
        }.joined()
    }

    /// Why the server is not ready for all that it is there for; nil where it is.
    var unreadiness: String? {
        if !isPlatformWritable { return "the platform's database can be read and not written" }
        guard fullDatabases > 0 else { return nil }
        return "the disk is full: \(fullDatabases) databases can be read and not written"
    }
}
