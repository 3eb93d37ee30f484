import Testing
import UsherAPI
import UsherClient
import UsherContract

/// Makes the calls of ``ForeignIDTests`` and keeps count.
///
/// Each field is tried with the other fields that a usual request has, and with each of these left out in turn: what is
/// looked up first may hide what is looked up later.
struct ForeignIDMatrix {
    private let owner: Tenant
    /// A new one for each method: what a method made under another's id must not be found by the next.
    private var other: Tenant
    private var methods = 0
    private var fields = 0
    private var comparisons = 0
    private var effective = 0
    private var renewals = 10
    /// The last call may have used something up. A refused one has changed nothing.
    private var hasChanged = false
    /// Fields whose own id makes no difference to one that does not exist, so that nothing was tested there.
    private(set) var unexercised: [String] = []

    init(owner: Tenant) {
        self.owner = owner
        other = owner
    }

    var summary: String {
        """
        foreign ids: \(methods) methods, \(fields) fields, \(comparisons) comparisons; \(effective) fields decide the \
        answer
        """
    }

    mutating func run(_ shape: RequestShape, on server: RunningServer) async throws {
        let socket = try RawSocket(port: server.port)
        methods += 1
        other = try await Tenant("other-\(100 + methods)", on: server)
        hasChanged = false
        // A credential is no id: whoever presents another's is that other.
        for field in shape.fields where field.kind != .credential {
            fields += 1
            let answers =
                field.kind == .pageToken
                ? try await tokens(field, shape, socket) : try await ids(field, shape, socket)
            if answers.isEffective {
                effective += 1
            } else if field.isOutermost, field.kind != .ownWord, !answers.isForOperators, !Self.isLabel(field, shape) {
                unexercised.append("\(shape.method.descriptor.fullName) \(field)")
            }
        }
        await other.client.close()
    }

    /// What is put on vouchers when they are made; nothing has to be there before.
    private static func isLabel(_ field: IDField, _ shape: RequestShape) -> Bool {
        [.batch, .order].contains(field.kind) && !shape.method.descriptor.isRead
    }

    private struct Found {
        var isEffective = false
        var isForOperators = false
    }

    // MARK: Ids

    private mutating func ids(_ field: IDField, _ shape: RequestShape, _ socket: RawSocket) async throws -> Found {
        let foreign = try #require(owner.ids[field.kind])
        let absent = AbsentID.like(foreign, field.kind)
        #expect(absent != foreign && absent.utf8.count == foreign.utf8.count)
        var found = Found()
        for omitted in [nil] + shape.usual.filter({ $0 != field && $0.kind != .credential }).map(Optional.some) {
            let theirs = try await answer(shape, field, foreign, without: omitted, socket)
            let nobodys = try await answer(shape, field, absent, without: omitted, socket)
            #expect(
                theirs.masked == nobodys.masked,
                "\(shape.method.descriptor.fullName) \(field): \(theirs.text) but \(nobodys.text)")
            comparisons += 1
            let own = try await answer(shape, field, nil, without: omitted, socket)
            if own.masked != nobodys.masked { found.isEffective = true }
            if try own.frame.refusal?.reason == "OPERATOR_REQUIRED" { found.isForOperators = true }
        }
        return found
    }

    private struct Answer {
        var frame: RawFrame
        var masked: RawFrame
        var text: String
    }

    /// - Parameter id: nil for the caller's own.
    private mutating func answer(
        _ shape: RequestShape, _ field: IDField, _ id: String?, without omitted: IDField?, _ socket: RawSocket
    ) async throws -> Answer {
        if hasChanged {
            renewals += 1
            try await other.renew(renewals)
        }
        var values = try other.usual(shape, without: omitted)
        let named: String = try #require(id ?? other.ids[field.kind])
        values[field] = named
        let answer = try call(shape, values, socket, covering: [id ?? ""])
        hasChanged = try !shape.method.descriptor.isRead && answer.frame.refusal == nil
        return answer
    }

    private func call(
        _ shape: RequestShape, _ values: [IDField: String], _ socket: RawSocket, covering sent: [String],
        pageSize: Int? = nil
    ) throws -> Answer {
        let method = shape.method.descriptor
        let payload = try shape.payload(values, pageSize: pageSize)
        let frame = try #require(socket.call(method, payload, metadata: bearer(other.key)))
        #expect(!frame.contains(owner.mark), "\(method.fullName) tells what another organisation has")
        let refusal = try frame.refusal
        #expect(refusal?.code != .internalError && refusal?.code != .unknown, "\(method.fullName)")
        let masked = try AnswerMask(Array(other.ids.values) + sent).apply(frame, of: shape.method)
        return Answer(frame: frame, masked: masked, text: refusal.map { "\($0.code.name) \($0.reason)" } ?? "OK")
    }

    // MARK: Page tokens

    /// A token is good with the request that it was given for: the caller's own, the owner's, and one that names
    /// nothing.
    private mutating func tokens(_ field: IDField, _ shape: RequestShape, _ socket: RawSocket) async throws -> Found {
        let requests = [try other.usual(shape), try owner.usual(shape), [:]]
        var found = Found()
        for request in requests {
            for made in [try owner.usual(shape), [:]] {
                let foreign = try await owner.pageToken(shape, made) ?? "AAAAAAAAAAAAMTIz"
                var answers: [Answer] = []
                for token in [foreign, AbsentID.like(foreign, .pageToken)] {
                    var values = request
                    values[field] = token
                    let covered = Array(owner.ids.values) + [token]
                    answers.append(try call(shape, values, socket, covering: covered, pageSize: 1))
                }
                #expect(
                    answers[0].masked == answers[1].masked,
                    "\(shape.method.descriptor.fullName) \(field): \(answers[0].text) but \(answers[1].text)")
                comparisons += 1
            }
            let first = try call(shape, request, socket, covering: [], pageSize: 1)
            if try first.frame.refusal?.reason == "OPERATOR_REQUIRED" { found.isForOperators = true }
            if let own = try await other.pageToken(shape, request) {
                var values = request
                values[field] = own
                let second = try call(shape, values, socket, covering: [own], pageSize: 1)
                if second.frame.body != first.frame.body { found.isEffective = true }
            }
        }
        return found
    }
}
