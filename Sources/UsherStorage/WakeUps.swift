internal import Synchronization
internal import UsherContract

// When each organisation is to be woken.
// - The platform's database has one row for each that is to be, and this process has the same in memory, read once: a
//   commit that asks for a later wake-up than there is costs a look-up and no write, and nobody opens a database to
//   see whether something is due in it.
// - What is in memory is never earlier than what is durable. Only the organisation's write lane changes it.

/// What the calls of one transaction ask for.
struct Wakes {
    private(set) var earliest: Instant?
    /// Whether all that was due is done, so that the wake-up that there is may go.
    private(set) var isSettled = false

    mutating func ask(for time: Instant) { earliest = min(earliest ?? time, time) }

    mutating func rest(until time: Instant?) {
        isSettled = true
        if let time { ask(for: time) }
    }
}

final class WakeUps: Sendable {
    private let times = Mutex<[String: Instant]>([:])

    func load(_ rows: [(organisationID: String, time: Instant)]) {
        times.withLock { times in
            for row in rows { times[row.organisationID] = row.time }
        }
    }

    func time(of organisationID: String) -> Instant? { times.withLock { $0[organisationID] } }

    func set(_ time: Instant?, of organisationID: String) { times.withLock { $0[organisationID] = time } }

    /// Those whose time has come, the earliest first.
    func due(at now: Instant) -> [String] {
        let due = times.withLock { times in times.filter { $0.value <= now } }
        return due.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
    }
}

/// The table `wake_ups` of the platform's database.
extension Transaction {
    /// One row for each organisation that is to be woken, at most.
    func wakeUps() throws -> [(organisationID: String, time: Instant)] {
        try rows("SELECT organisation_id, wake_time FROM wake_ups") { (try $0.text(0), try $0.instant(1)) }
    }

    /// Sets an organisation's wake-up; nil is none. Nothing that anybody is told of changes, hence no journal row.
    func keepWakeUp(_ time: Instant?, of organisationID: String) throws {
        try unrecorded {
            guard let time else {
                try execute("DELETE FROM wake_ups WHERE organisation_id = ?", organisationID)
                return
            }
            try execute(
                """
                INSERT INTO wake_ups (organisation_id, wake_time) VALUES (?, ?)
                ON CONFLICT (organisation_id) DO UPDATE SET wake_time = excluded.wake_time
                """, organisationID, time)
        }
    }
}
