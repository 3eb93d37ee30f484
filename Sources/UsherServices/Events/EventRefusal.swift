import UsherContract
import UsherStorage

/// Why events are not shown.
enum EventRefusal {
    static func gone(_ bounds: JournalBounds) -> Refusal {
        Refusal(
            .outOfRange, "EVENTS_GONE",
            "Events after this sequence have been given up: begin with \(bounds.retainedTo), and read anew what they "
                + "were about.",
            metadata: ["retained_to": "\(bounds.retainedTo)"])
    }

    /// After a restore from a backup the organisation may have fewer events than somebody has seen.
    static func ahead(_ bounds: JournalBounds) -> Refusal {
        Refusal(
            .outOfRange, "SEQUENCE_AHEAD",
            "The sequence is above the last event, \(bounds.last): the organisation's data may have been restored from "
                + "a backup.",
            metadata: ["last_sequence": "\(bounds.last)"])
    }
}
