import UsherContract

/// Every reason for a "no" of admission. That somebody may not walk in is a verdict, not a refusal.
enum AdmissionRefusal {
    static func performanceNotFound(_ id: String) -> Refusal {
        Refusal(
            .notFound, "PERFORMANCE_NOT_FOUND", "There is no performance \(id.prefix(63)).",
            metadata: ["performance_id": id])
    }

    static var orderNotFound: Refusal { Refusal(.notFound, "ORDER_NOT_FOUND", "There is no such order.") }

    static func orderNumberTaken(_ number: String) -> Refusal {
        Refusal(
            .alreadyExists, "ORDER_NUMBER_TAKEN", "There is an order \(number) already.",
            metadata: ["order_number": number])
    }

    static var orderTooLarge: Refusal {
        Refusal(
            .failedPrecondition, "ORDER_TOO_LARGE",
            "An order has at most \(Order.admissionLimit) admissions and as many passes.")
    }

    static var ticketNotFound: Refusal { Refusal(.notFound, "TICKET_NOT_FOUND", "There is no such ticket.") }

    static var ticketCancelled: Refusal {
        Refusal(.failedPrecondition, "TICKET_CANCELLED", "The ticket was cancelled.")
    }

    static var ticketNotPrinted: Refusal {
        Refusal(.failedPrecondition, "TICKET_NOT_PRINTED", "The ticket has not been printed yet: print it first.")
    }

    static func ticketNumberTaken(_ number: Int64) -> Refusal {
        Refusal(
            .alreadyExists, "TICKET_NUMBER_TAKEN", "The performance has or had a ticket \(number) already.",
            metadata: ["number": String(number)])
    }

    static var ticketNumbersExhausted: Refusal {
        Refusal(
            .resourceExhausted, "TICKET_NUMBERS_EXHAUSTED",
            "The performance has given its last ticket number: give the tickets numbers of your own.")
    }

    static func passProductNotFound(_ id: String) -> Refusal {
        Refusal(
            .notFound, "PASS_PRODUCT_NOT_FOUND", "There is no pass product \(id.prefix(63)).",
            metadata: ["pass_product_id": id])
    }

    static func passProductExists(_ id: String) -> Refusal {
        Refusal(
            .alreadyExists, "PASS_PRODUCT_EXISTS", "There is a pass product \(id) already.",
            metadata: ["pass_product_id": id])
    }

    static var passNotFound: Refusal { Refusal(.notFound, "PASS_NOT_FOUND", "There is no such pass.") }

    static var passCancelled: Refusal { Refusal(.failedPrecondition, "PASS_CANCELLED", "The pass was cancelled.") }

    static var passNotPrinted: Refusal {
        Refusal(.failedPrecondition, "PASS_NOT_PRINTED", "The pass has no card yet: print its order first.")
    }

    static var passTooLarge: Refusal {
        Refusal(.failedPrecondition, "PASS_TOO_LARGE", "A pass has at most \(Pass.admissionLimit) admissions.")
    }

    static func performanceNotEligible(_ id: String) -> Refusal {
        Refusal(
            .failedPrecondition, "PERFORMANCE_NOT_ELIGIBLE", "The pass is not good for performance \(id).",
            metadata: ["performance_id": id])
    }

    static func admissionOnPass(_ performanceID: String) -> Refusal {
        Refusal(
            .alreadyExists, "ADMISSION_ON_PASS", "The pass has an admission to \(performanceID) already.",
            metadata: ["performance_id": performanceID])
    }

    static var admissionNotFound: Refusal {
        Refusal(.notFound, "ADMISSION_NOT_FOUND", "There is no such admission on the pass.")
    }

    static var barcodeTaken: Refusal {
        Refusal(.alreadyExists, "BARCODE_TAKEN", "A ticket or pass has or had this barcode: no barcode is used twice.")
    }

    static var nonceReused: Refusal {
        Refusal(.failedPrecondition, "NONCE_REUSED", "The device has used this nonce for another scan.")
    }

    static var scanNotFound: Refusal { Refusal(.notFound, "SCAN_NOT_FOUND", "There is no such scan.") }

    static var scanOfOtherDevice: Refusal {
        Refusal(.failedPrecondition, "SCAN_OF_OTHER_DEVICE", "Only the device that made a scan takes it back.")
    }

    static var scanRefused: Refusal {
        Refusal(.failedPrecondition, "SCAN_REFUSED", "The scan let nobody through: there is nothing to take back.")
    }

    static var annulTooLate: Refusal {
        Refusal(.failedPrecondition, "ANNUL_TOO_LATE", "A scan can be taken back for 15 minutes.")
    }

    static var scanNotLatest: Refusal {
        Refusal(
            .failedPrecondition, "SCAN_NOT_LATEST", "Somebody has gone through with the same admission since then.")
    }

    static var recordNotFound: Refusal { Refusal(.notFound, "RECORD_NOT_FOUND", "There is no such record.") }
}
