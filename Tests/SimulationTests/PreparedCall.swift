import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherServices

/// Who calls: a key as presented, and the organisation that an operator's key acts in.
struct Actor {
    var key: String
    var organisationID: String?
}

/// A call that is ready to be made, and how the model answers it.
struct PreparedCall {
    /// What is kept of an answer for a repetition, or the refusal.
    typealias Judgement = Result<[UInt8], Expected>

    let descriptor: MethodDescriptor
    let actor: Actor
    let payload: [UInt8]
    let requestID: String
    /// The same for the same request.
    let canonical: [UInt8]
    /// What is shown where it goes wrong.
    let text: String
    /// Lets the model answer, and compares. Throws a ``Discrepancy``.
    let judge: (Result<[UInt8], any Error>, Context) throws -> Judgement

    /// - Parameters:
    ///   - masking: takes out of both answers what is free to differ, such as messages for people.
    ///   - kept: what a repetition is told.
    ///   - answer: the model's, given the services' own, from which it may take only what they make up.
    init<Request: Message, Response: Message & Equatable>(
        _ method: TypedMethod<Request, Response>, _ request: Request, by actor: Actor,
        masking: @escaping (inout Response) -> Void = { _ in }, kept: ((inout Response) -> Void)? = nil,
        _ answer: @escaping (Request, Context, Response?) throws -> Response
    ) throws {
        descriptor = method.descriptor
        self.actor = actor
        payload = try request.serializedBytes()
        requestID = (request as? any RequestWithID)?.requestID ?? ""
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        canonical = try request.serializedBytes(options: options)
        text = "\(method.descriptor.name) in \(actor.organisationID ?? "-")\n\(request.textFormatString())"
        judge = { outcome, context in
            let bytes = try? outcome.get()
            let made = try bytes.map { try Response(serializedBytes: $0) }
            let expected: Response
            do {
                expected = try answer(request, context, made)
            } catch let refusal as Expected {
                return try Self.compare(refusal, outcome, made?.textFormatString())
            }
            guard var made, let bytes else {
                throw Discrepancy(
                    source: .answer, what: "answered \(outcome), expected\n\(expected.textFormatString())")
            }
            var (shown, wanted) = (made, expected)
            masking(&shown)
            masking(&wanted)
            guard shown == wanted else {
                throw Discrepancy(
                    source: .answer,
                    what: "answered\n\(shown.textFormatString())expected\n\(wanted.textFormatString())")
            }
            guard let kept else { return .success(bytes) }
            kept(&made)
            return .success(try made.serializedBytes())
        }
    }

    static func compare(
        _ refusal: Expected, _ outcome: Result<[UInt8], any Error>, _ answer: String? = nil
    ) throws -> Judgement {
        if case .failure(let error) = outcome, let told = error as? Refusal, Expected(told) == refusal {
            return .failure(refusal)
        }
        throw Discrepancy(source: .answer, what: "answered \(answer ?? "\(outcome)"), expected \(refusal)")
    }
}
