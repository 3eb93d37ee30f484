import Foundation
import Fuzzing
import SwiftProtobuf
import Testing
import UsherAPI
import UsherClient
import UsherContract
import UsherRPC

/// `kill -9` while carts are validated, tickets transferred and taken back: what was acknowledged is there and nothing
/// is done twice, each ticket has one holder and one barcode that opens the door.
///
/// USHER_CRASH_ROUNDS and USHER_CRASH_SEED as in ``CrashTests``; 5 rounds in the test run.
@Suite struct DistributionCrashTests {
    private typealias RPC = Usher_Distribution_V1_DistributionService

    private static let rounds = ProcessInfo.processInfo.environment["USHER_CRASH_ROUNDS"].flatMap(Int.init) ?? 5
    private static let seed = ProcessInfo.processInfo.environment["USHER_CRASH_SEED"].flatMap(UInt64.init) ?? 20_261_121
    private static let desks = 8
    private static let ticketsOfADesk = 40

    @Test func killedWhileTicketsMoveEachHasOneHolder() async throws {
        let server = ServerProcess()
        try server.start()
        _ = try server.usher("org", "create", "fcgeneva")
        var random = SplitMix(seed: Self.seed)
        var (answered, unanswered) = (0, 0)
        let setup = try server.client(organisation: "fcgeneva", timeout: .seconds(60))
        let night = try await setup.createNights(1)[0]
        let people = try await Self.people(setup)
        await setup.close()
        for round in 1...Self.rounds {
            let client = try server.client(organisation: "fcgeneva", timeout: .seconds(60))
            var journeys: [Journey] = []
            for desk in people { journeys += try await Self.register(desk, night, round, client) }
            await client.close()
            let delay = Duration.milliseconds(20 + random.below(250))
            let attempts = try await attack(server, journeys, killAfter: delay)
            try server.start()
            let after = try server.client(organisation: "fcgeneva", timeout: .seconds(60))
            for attempt in attempts {
                // A call that nobody heard of is done now, or was done before; one that was answered was done then.
                let again = try await after.call(attempt.method, payload: attempt.payload)
                if let reply = attempt.reply { #expect(again == reply, "round \(round): lost or changed") }
            }
            for journey in journeys {
                let steps = attempts.filter { $0.ticketID == journey.ticketID }.count
                try await journey.check(after: steps, night, after)
            }
            await after.close()
            answered += attempts.filter { $0.reply != nil }.count
            unanswered += attempts.filter { $0.reply == nil }.count
        }
        #expect(answered > 0)
        print("distribution crash test: \(Self.rounds) kills, \(answered) answered, \(unanswered) unanswered")
        #expect(server.terminate() == 0)
    }

    // MARK: Beginning

    /// A desk that distributes, and two guests of its own.
    private struct People: Sendable {
        var desk: String
        var guest: String
        var friend: String
    }

    private static func people(_ client: UsherClient) async throws -> [People] {
        _ = try await client.organisations.updateSettings(
            .with {
                $0.settings.pointOfSales.allowTakeBackInjected = true
                $0.settings.pointOfSales.takeBacksPerDay = 1_000_000
                $0.updateMask.paths = ["point_of_sales"]
            })
        func contact(_ name: String, _ kind: Usher_Distribution_V1_ContactKind) async throws -> String {
            try await client.distribution.createContact(
                .with { $0.contact = .with { ($0.name, $0.email, $0.kind) = (name, "\(name)@example.org", kind) } }
            ).contactID
        }
        var people: [People] = []
        for number in 1...desks {
            people.append(
                People(
                    desk: try await contact("desk-\(number)", .relay),
                    guest: try await contact("guest-\(number)", .individual),
                    friend: try await contact("friend-\(number)", .individual)))
        }
        return people
    }

    private static func register(
        _ people: People, _ night: String, _ round: Int, _ client: UsherClient
    ) async throws -> [Journey] {
        try await client.distribution.registerTickets(
            .with {
                ($0.performanceID, $0.ownerContactID) = (night, people.desk)
                $0.tickets = Array(repeating: .with { $0.zone = "round-\(round)" }, count: ticketsOfADesk)
            }
        ).tickets.map { Journey(people: people, ticketID: $0.ticketID, barcode: $0.barcode) }
    }

    // MARK: Journeys

    /// What becomes of one ticket: from the desk's cart to a guest, to the guest's friend, and back.
    private struct Journey: Sendable {
        var people: People
        var ticketID: String
        /// The one that it was registered with.
        var barcode: String

        static let steps = 1...6

        /// - Parameter transferID: that of step 4, for the steps after it.
        func call(_ step: Int, transferID: String) throws -> (MethodDescriptor, [UInt8]) {
            let requestID = "\(ticketID)-\(step)"
            func call<Request: Message, Response: Message>(
                _ method: TypedMethod<Request, Response>, _ populate: (inout Request) -> Void
            ) throws -> (MethodDescriptor, [UInt8]) {
                (method.descriptor, try Request.with(populate).serializedBytes())
            }
            switch step {
            case 1:
                return try call(RPC.addToCart) {
                    ($0.actingContactID, $0.ticketIds, $0.requestID) = (people.desk, [ticketID], requestID)
                }
            case 2:
                return try call(RPC.allocateCartItems) {
                    ($0.actingContactID, $0.ticketIds, $0.requestID) = (people.desk, [ticketID], requestID)
                    $0.guestContactID = people.guest
                }
            case 3:
                return try call(RPC.validateCart) {
                    ($0.actingContactID, $0.requestID) = (people.desk, requestID)
                    $0.guestContactIds = [people.guest]
                }
            case 4:
                return try call(RPC.transferTicket) {
                    ($0.actingContactID, $0.ticketID, $0.requestID) = (people.guest, ticketID, requestID)
                    $0.toContactID = people.friend
                }
            case 5:
                return try call(RPC.acceptTransfer) {
                    ($0.actingContactID, $0.transferID, $0.requestID) = (people.friend, transferID, requestID)
                }
            default:
                return try call(RPC.takeBackTickets) {
                    ($0.actingContactID, $0.ticketIds, $0.requestID) = (people.desk, [ticketID], requestID)
                    $0.reason = "a test"
                }
            }
        }

        /// Checks that so many steps were done, each once.
        func check(after steps: Int, _ night: String, _ client: UsherClient) async throws {
            let ticket = try await client.distribution.getTicket(.with { $0.ticketID = ticketID })
            let moves: [Usher_Distribution_V1_TicketMoveKind] =
                [.registered] + (steps >= 3 ? [.distributed] : []) + (steps >= 5 ? [.transferred] : [])
                + (steps >= 6 ? [.takenBack] : [])
            let holders = [
                people.desk, people.desk, people.desk, people.guest, people.guest, people.friend, people.desk,
            ]
            #expect(ticket.moves.map(\.kind) == moves && ticket.ownerContactID == holders[steps], "\(ticketID)")
            #expect(ticket.moves.last?.toContactID == ticket.ownerContactID && !ticket.barcode.isEmpty)
            #expect(ticket.initialOwnerContactID == people.desk)
            #expect(
                ticket.cartID.isEmpty == ![1, 2].contains(steps) && ticket.pendingTransferID.isEmpty == (steps != 4))
            #expect(try await verdict(ticket.barcode, night, client) == .ok)
            #expect((ticket.barcode == barcode) == (moves.count == 1))
            #expect(try await verdict(barcode, night, client) == (moves.count == 1 ? .ok : .superseded))
        }

        private func verdict(
            _ barcode: String, _ night: String, _ client: UsherClient
        ) async throws -> Usher_Admission_V1_ScanVerdict {
            try await client.admissions.checkBarcode(.with { ($0.barcode, $0.performanceID) = (barcode, night) })
                .verdict
        }
    }

    // MARK: Attack

    private struct Attempt: Sendable {
        var ticketID: String
        var method: MethodDescriptor
        var payload: [UInt8]
        var reply: [UInt8]?
    }

    /// Has every desk send its tickets on their way one after the other until the server dies.
    private func attack(
        _ server: ServerProcess, _ journeys: [Journey], killAfter delay: Duration
    ) async throws -> [Attempt] {
        let connection = try await ClientConnection.connect(
            host: "127.0.0.1", port: server.port, group: .singletonMultiThreadedEventLoopGroup,
            connectTimeout: .seconds(60))
        let metadata = [("authorization", "Bearer \(try server.operatorKey)"), ("organisation", "fcgeneva")]
        let process = try server.processID
        let killer = Task.detached {
            try? await Task.sleep(for: delay)
            kill(process, SIGKILL)
        }
        let attempts = await withTaskGroup(of: [Attempt].self) { group in
            for own in Dictionary(grouping: journeys, by: \.people.desk).values {
                group.addTask { await Self.send(own, connection, metadata) }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        await killer.value
        server.kill()
        await connection.close()
        return attempts
    }

    private static func send(
        _ journeys: [Journey], _ connection: ClientConnection, _ metadata: [(String, String)]
    ) async -> [Attempt] {
        var attempts: [Attempt] = []
        for journey in journeys {
            var transferID = ""
            for step in Journey.steps {
                guard let (method, payload) = try? journey.call(step, transferID: transferID) else { return attempts }
                let reply = try? await connection.call(
                    service: method.service, method: method.name, payload: payload, timeout: .seconds(30),
                    metadata: metadata)
                attempts.append(Attempt(ticketID: journey.ticketID, method: method, payload: payload, reply: reply))
                guard let reply else { return attempts }
                if step == 4 {
                    transferID = (try? Usher_Distribution_V1_Transfer(serializedBytes: reply))?.transferID ?? ""
                }
            }
        }
        return attempts
    }
}
