import NIOCore
import UsherContract
import UsherRPC
import UsherServices
import UsherStorage

/// Between the connections and the lanes: finds the method, establishes the caller, checks what it may do, and puts the
/// call on its organisation's lane.
///
/// Invariant: the organisation of a call comes from its credential, never from its request.
final class Dispatcher: CallHandler {
    private enum Target: Sendable {
        case session(SessionMethods.Which)
        case service(Method)
        case stream(StreamMethod)

        var database: MethodDatabase? {
            switch self {
            case .session: nil
            case .service(let method): method.database
            case .stream: .organisation
            }
        }
    }

    /// What `proto/` says of the methods served, in the order in which calls name them.
    let descriptors: [MethodDescriptor]
    private let targets: [Target]
    private let authentication: Authentication
    private let session: SessionMethods
    private let platform: Database
    private let metrics: CallMetrics
    private let errors: ErrorReporter
    private let reloader: CredentialReloader
    private let throttle: LookupThrottle
    private let budgets: CallerBudgets
    private let brake: AuthenticationBrake
    /// To be watched as long as the server runs.
    let openStreams: OpenStreams

    init(
        services: Services, storage: Storage, authentication: Authentication, metrics: PrometheusRegistry,
        errors: ErrorReporter, lookups: LookupLimits, authentications: AuthenticationLimits,
        held: HeldBytesLimits = HeldBytesLimits()
    ) {
        descriptors =
            SessionMethods.table.map(\.descriptor) + services.methods.map(\.descriptor)
            + services.streams.map(\.descriptor)
        targets =
            SessionMethods.table.map { .session($0.which) } + services.methods.map { .service($0) }
            + services.streams.map { .stream($0) }
        self.authentication = authentication
        session = SessionMethods(authentication: authentication)
        platform = storage.platform
        self.metrics = CallMetrics(descriptors, metrics)
        self.errors = errors
        reloader = CredentialReloader(services: services, storage: storage)
        throttle = LookupThrottle(lookups)
        budgets = CallerBudgets(held)
        brake = AuthenticationBrake(authentications, metrics: metrics, logger: errors.logger)
        openStreams = OpenStreams(authentication: authentication)
    }

    func handle(_ call: InboundCall, reply: Reply) {
        let started = NIODeadline.now()
        do {
            let state = connectionSession(of: call.connection)
            switch targets[call.method] {
            case .session(let which):
                let bytes = try brake.judge(call, state) { try session.answer(which, call, state) }
                if !isTrusted(call) { call.connection.trust() }
                finish(call.method, .success(bytes), since: started, reply)
            case .service(let method):
                let caller = try brake.judge(call, state) { try authentication.caller(of: call, state) }
                trust(call.connection, caller, state)
                try submit(method, call, caller, from: state.address, since: started, reply)
            case .stream(let method):
                preconditionFailure("\(method.descriptor.fullName) is a stream")
            }
        } catch {
            finish(call.method, .failure(error), since: started, reply)
        }
    }

    private func submit(
        _ method: Method, _ call: InboundCall, _ verified: VerifiedCaller, from address: ClientAddress,
        since started: NIODeadline, _ reply: Reply
    ) throws {
        try check(method.permission, verified.caller)
        let visitor = try LookupThrottle.Visitor(call, of: method, by: verified.caller, from: address)
        let database: Database
        switch method.database {
        case .platform:
            database = platform
        case .organisation:
            database = try organisation(of: verified)
        }
        let number = call.method
        let account = call.connection.account
        let size = call.payload.readableBytes
        guard account.take(size) else { throw Refusal.callerHoldsTooMuch }
        database.submit(
            WireCall(
                method: method, caller: verified.caller, payload: Array(call.payload.readableBytesView),
                deadline: ContinuousClock.now + .nanoseconds((call.deadline - started).nanoseconds),
                throttle: throttle, visitor: visitor
            ) { [self] result in
                account.giveBack(size)
                finish(number, result, since: started, reply)
            })
    }

    func begin(_ call: InboundCall, stream: ServerStream) {
        let started = NIODeadline.now()
        guard case .stream(let method) = targets[call.method] else {
            preconditionFailure("\(descriptors[call.method].fullName) is no stream")
        }
        do {
            let state = connectionSession(of: call.connection)
            let generation = authentication.credentials.generation
            let verified = try brake.judge(call, state) { try authentication.caller(of: call, state) }
            trust(call.connection, verified, state)
            try check(method.permission, verified.caller)
            let context = StreamContext(
                caller: verified.caller, database: try organisation(of: verified),
                messages: StreamMessages(stream: stream))
            let ticket = openStreams.add(
                stream, try authentication.proof(of: call, state), expireTime: verified.caller.expireTime,
                generation: generation)
            let number = call.method
            stream.run(isEndless: method.isEndless) { [self] in
                let answer = await answer(method, context)
                openStreams.remove(ticket)
                metrics.record(number, answer, NIODeadline.now() - started)
                return answer
            }
        } catch {
            let refusal = errors.refusal(for: error, in: method.descriptor)
            stream.finish(.failure(refusal))
            metrics.record(call.method, Result<[UInt8], Refusal>.failure(refusal), NIODeadline.now() - started)
        }
    }

    private func answer(_ method: StreamMethod, _ context: StreamContext) async -> Result<[UInt8]?, Refusal> {
        do {
            return .success(try await method.run(context))
        } catch is CancellationError {
            // Whoever cancelled the task has told the client why.
            return .failure(Refusal(.cancelled, "CANCELLED", "The call was cancelled."))
        } catch {
            return .failure(errors.refusal(for: error, in: method.descriptor))
        }
    }

    private func organisation(of verified: VerifiedCaller) throws -> Database {
        guard let organisation = verified.organisation else {
            throw Refusal(
                .failedPrecondition, "ORGANISATION_REQUIRED",
                "An operator's key acts in the organisation that the metadata 'organisation: <id>' names.")
        }
        return organisation
    }

    private func check(_ permission: Permission, _ caller: Caller) throws {
        switch permission {
        case .platformOperator:
            guard caller.role == .platformOperator else {
                throw Refusal(
                    .permissionDenied, "OPERATOR_REQUIRED", "Only the platform's operator may do this.")
            }
        case .anyOf(let scopes):
            guard caller.scopes.allows(anyOf: scopes) else {
                let names = scopes.map(\.description)
                throw Refusal(
                    .permissionDenied, "SCOPE_MISSING", "The key lacks the scope \(names.joined(separator: " or ")).",
                    metadata: ["scope": names[0]])
            }
        }
    }

    private func finish(
        _ method: Int, _ result: Result<[UInt8], any Error>, since started: NIODeadline, _ reply: Reply
    ) {
        let answer = result.mapError { errors.refusal(for: $0, in: descriptors[method]) }
        if case .failure(let refusal) = answer { reloader.note(refusal, of: targets[method].database) }
        reply.send(answer)
        metrics.record(method, answer, NIODeadline.now() - started)
    }

    // MARK: Strangers

    var distinguishesStrangers: Bool { true }

    func isTrusted(_ call: InboundCall) -> Bool {
        let state = connectionSession(of: call.connection)
        // Here, too, a key that is not good counts against who shows it.
        guard let verified = try? brake.judge(call, state, { try authentication.caller(of: call, state) }) else {
            return false
        }
        trust(call.connection, verified, state)
        return true
    }

    /// A good credential was shown: what is held for the connection counts for its key and organisation from now on.
    private func trust(_ connection: ConnectionContext, _ verified: VerifiedCaller, _ state: ConnectionSession) {
        let owner = ConnectionSession.Owner(
            principal: verified.caller.principal, organisationID: verified.caller.organisationID)
        guard state.owner != owner else { return }
        state.owner = owner
        connection.account.belong(to: budgets.budgets(of: verified.caller))
        connection.trust()
    }

    private func connectionSession(of connection: ConnectionContext) -> ConnectionSession {
        if let attachment = connection.attachment {
            guard let session = attachment as? ConnectionSession else {
                preconditionFailure("a connection's attachment is the dispatcher's")
            }
            return session
        }
        let session = ConnectionSession(address: ClientAddress(connection.peerAddress))
        connection.attachment = session
        return session
    }
}

/// A stream's messages, as services know them.
private struct StreamMessages: MessageStream {
    let stream: ServerStream

    func receive() async throws -> [UInt8]? { try await stream.receive() }
    func send(_ message: [UInt8]) async throws { try await stream.send(message) }
}

/// A call on its way through a lane.
private final class WireCall: LaneCall {
    let caller: Caller
    let deadline: ContinuousClock.Instant
    private let row: Method
    private let payload: [UInt8]
    private let throttle: LookupThrottle
    private let visitor: LookupThrottle.Visitor
    private let completion: @Sendable (Result<[UInt8], any Error>) -> Void

    init(
        method: Method, caller: Caller, payload: [UInt8], deadline: ContinuousClock.Instant,
        throttle: LookupThrottle, visitor: LookupThrottle.Visitor,
        completion: @escaping @Sendable (Result<[UInt8], any Error>) -> Void
    ) {
        row = method
        self.caller = caller
        self.payload = payload
        self.deadline = deadline
        self.throttle = throttle
        self.visitor = visitor
        self.completion = completion
    }

    var method: MethodDescriptor { row.descriptor }
    var precedence: Precedence { row.precedence }
    var cost: Int { payload.count }

    func decode() throws -> DecodedCall {
        var decoded = try row.decode(payload)
        guard decoded.isGuessable else { return decoded }
        // When its turn has come, and not when it is decoded: those before it may fail meanwhile. A repetition of what
        // was done finds out nothing, and is not held up.
        let run = decoded.run
        decoded.run = { [throttle, visitor] transaction in
            try throttle.check(visitor)
            return try run(transaction)
        }
        return decoded
    }

    func noteFailedLookup() throws { try throttle.note(visitor) }

    func complete(_ result: Result<[UInt8], any Error>) { completion(result) }
}
