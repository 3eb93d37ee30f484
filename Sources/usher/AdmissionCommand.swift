import ArgumentParser
import UsherAPI
import UsherClient

private typealias AdmissionClient = Usher_Admission_V1_AdmissionServiceClient

struct PassCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pass", abstract: "Passes: cards that open the doors of several performances.",
        subcommands: [Show.self, Print.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a pass and what is on it.",
            discussion: "Example:\n  usher pass show pas_0s9xtvr6x1t9f")

        @Argument(help: "The pass's id, pas_….")
        var passID: String
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let pass = try await AdmissionClient(transport: client).getPass(.with { $0.passID = passID })
                if options.json { return print(try Readable.json(pass)) }
                print("\(pass.passID)  \(pass.state.word)  order \(pass.orderID)  card \(pass.cardNumber)")
                print("barcode   \(pass.barcode.isEmpty ? "-" : pass.barcode)")
                if !pass.holderName.isEmpty { print("holder    \(pass.holderName)") }
                if !pass.passProductID.isEmpty { print("product   \(pass.passProductID)") }
                if !pass.cancelReason.isEmpty { print("cancelled \(pass.cancelReason)") }
                var table = Table("PERFORMANCE", "STATE", "HOLDER IS", "SEAT", "PRINTED")
                for admission in pass.admissions {
                    table.add(
                        admission.performanceID, admission.state.word, admission.presence.word,
                        "\(admission.zone) \(admission.seat)",
                        Readable.time(admission.printTime, admission.hasPrintTime))
                }
                table.print()
            }
        }
    }

    struct Print: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what is on a pass and not printed yet, or the card again.",
            discussion: """
                From then on the doors open. With --again the card before is dead, and a new one is made: that needs
                --yes.

                Examples:
                  usher pass print pas_0s9xtvr6x1t9f
                  usher pass print pas_0s9xtvr6x1t9f --again --reason lost --yes
                """.prose)

        @Argument(help: "The pass's id, pas_….")
        var passID: String
        @Flag(help: "Make a new card.")
        var again = false
        @Option(help: "With --again: why, for the audit.")
        var reason = ""
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: OrganisationCallOptions

        func validate() throws {
            guard again || reason.isEmpty else { throw ValidationError("--reason is for --again") }
        }

        func run() async throws {
            try await options.withClient { client in
                let admissions = AdmissionClient(transport: client)
                var pass = try await admissions.getPass(.with { $0.passID = passID })
                guard pass.state != .cancelled else { throw Failure("\(passID) was cancelled: it opens nothing", .no) }
                if again {
                    let plan = "make a new card of \(passID), and let card \(pass.cardNumber) die"
                    guard confirmation.isGiven(for: plan) else { return }
                    pass = try await admissions.reprintPass(.with { ($0.passID, $0.reason) = (passID, reason) })
                } else {
                    // Each admission is printed with the order that bought it.
                    let waiting = pass.admissions.filter { $0.state == .notPrinted }.map(\.orderID)
                    for order in Set(waiting + (pass.state == .notPrinted ? [pass.orderID] : [])).sorted() {
                        _ = try await admissions.printOrder(.with { ($0.orderID, $0.passIds) = (order, [passID]) })
                    }
                    pass = try await admissions.getPass(.with { $0.passID = passID })
                }
                let doors = pass.admissions.filter { $0.state == .printed }.count
                print(
                    options.json
                        ? try Readable.json(pass)
                        : "card \(pass.cardNumber) of \(pass.passID): barcode \(pass.barcode), opens \(doors)")
            }
        }
    }
}

struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan", abstract: "Scan a barcode at a door; exits 1 where it does not open.",
        discussion: """
            Examples:
              usher scan K7WQ2M9XTZB4HN6C --performance night-1
              usher scan K7WQ2M9XTZB4HN6C --performance night-1 --gate north --exit
              usher scan K7WQ2M9XTZB4HN6C --performance night-1 --check
            """.prose)

    @Argument(help: "What is scanned.")
    var barcode: String
    @Option(help: "The performance that the door is for.")
    var performance: String
    @Option(help: "The gate.")
    var gate = ""
    @Option(help: "The scanner's name, which alone can annul its scans.")
    var device = "command-line"
    @Flag(help: "Scan somebody out.")
    var exit = false
    @Flag(help: "Only say what a scan would come to; mark nothing.")
    var check = false
    @OptionGroup var options: OrganisationCallOptions

    func run() async throws {
        let isOK = try await options.withClient { client in
            let admissions = AdmissionClient(transport: client)
            guard check else {
                let reply = try await admissions.scanBarcode(
                    .with {
                        ($0.barcode, $0.performanceID, $0.gate) = (barcode, performance, gate)
                        ($0.deviceID, $0.direction) = (device, exit ? .exit : .entry)
                    })
                let used = reply.hasUsedTime ? Readable.time(reply.usedTime, true) : ""
                let text = Self.text(reply.verdict, reply.reason, used, reply.usedGate)
                print(options.json ? try Readable.json(reply) : "\(text)  \(reply.scanID)")
                return reply.verdict == .ok
            }
            let reply = try await admissions.checkBarcode(
                .with {
                    ($0.barcode, $0.performanceID, $0.gate) = (barcode, performance, gate)
                    $0.direction = exit ? .exit : .entry
                })
            let used = reply.hasUsedTime ? Readable.time(reply.usedTime, true) : ""
            let text = Self.text(reply.verdict, reply.reason, used, reply.usedGate)
            print(options.json ? try Readable.json(reply) : text)
            return reply.verdict == .ok
        }
        if !isOK { throw ExitCode(1) }
    }

    /// `ALREADY_USED 2026-11-20T18:00:00Z at north`.
    private static func text(
        _ verdict: Usher_Admission_V1_ScanVerdict, _ reason: String, _ used: String, _ gate: String
    ) -> String {
        let place = gate.isEmpty ? "" : "at \(gate)"
        return ([verdict.word, reason, used, place] as [String]).filter { !$0.isEmpty }.joined(separator: " ")
    }
}

extension Usher_Admission_V1_ScanVerdict {
    /// As the protocol names it, without its prefix.
    fileprivate var word: String {
        switch self {
        case .unspecified, .UNRECOGNIZED: "UNKNOWN"
        case .ok: "OK"
        case .notFound: "NOT_FOUND"
        case .cancelled: "CANCELLED"
        case .superseded: "SUPERSEDED"
        case .notPrinted: "NOT_PRINTED"
        case .wrongPerformance: "WRONG_PERFORMANCE"
        case .wrongGate: "WRONG_GATE"
        case .notYetOpen: "NOT_YET_OPEN"
        case .closed: "CLOSED"
        case .alreadyUsed: "ALREADY_USED"
        case .alreadyOut: "ALREADY_OUT"
        }
    }
}

extension Usher_Admission_V1_AdmissionState {
    fileprivate var word: String {
        switch self {
        case .unspecified, .UNRECOGNIZED: "unknown"
        case .notPrinted: "not printed"
        case .printed: "printed"
        case .cancelled: "cancelled"
        }
    }
}

extension Usher_Admission_V1_Presence {
    fileprivate var word: String {
        switch self {
        case .unspecified, .UNRECOGNIZED: "unknown"
        case .neverIn: "-"
        case .inside: "inside"
        case .outside: "outside"
        }
    }
}
