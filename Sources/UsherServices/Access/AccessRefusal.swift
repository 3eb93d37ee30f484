import UsherContract

/// Every reason for a "no" of access records. That somebody may not come in is a verdict, not a refusal.
enum AccessRefusal {
    static var notFound: Refusal { Refusal(.notFound, "ACCESS_NOT_FOUND", "There is no such access.") }
}
