import SwiftProtobuf
import UsherAPI
import UsherContract

/// A list, read to its end page by page.
struct Walk<Request: Message, Response: Message & Equatable, Item: Message & Equatable> {
    var method: TypedMethod<Request, Response>
    var request: Request
    /// Sets page_size and page_token.
    var page: (inout Request, Int32, String) -> Void
    var items: (Response) -> [Item]
    var token: (Response) -> String
    /// Whether pages may be short although more follows: filters are judged after the page is cut.
    var mayBeShort = false
    /// All of it, as the model has it.
    var expected: (Context) throws -> [Item]

    /// The size of the first page of a list that is read whole.
    private static var whole: Int32 { 1_000 }

    func run(_ simulation: Simulation, by actor: Actor, size: Int32 = whole) throws {
        var (offset, next, pages) = (0, "", 0)
        repeat {
            var request = request
            page(&request, size, next)
            var answered: (count: Int, token: String)?
            try simulation.run([
                PreparedCall(method, request, by: actor) { request, context, made in
                    let (response, count) = try answer(context, made, offset, Int(size))
                    answered = (count, token(response))
                    return response
                }
            ])
            offset += answered?.count ?? 0
            next = answered?.token ?? ""
            pages += 1
            guard pages < 10_000 else { throw Discrepancy(source: .answer, what: "\(method.descriptor) never ends") }
        } while !next.isEmpty
    }

    /// The services' page where it is what must stand there.
    private func answer(
        _ context: Context, _ made: Response?, _ offset: Int, _ size: Int
    ) throws -> (Response, Int) {
        if size < 0 {
            throw Expected(code: .invalidArgument, reason: "FIELD_INVALID", fields: ["page_size"])
        }
        let rest = try expected(context).dropFirst(offset)
        guard let made else { return (Response(), 0) }
        let (found, size) = (items(made), size == 0 ? 100 : min(size, 1_000))
        let isLast = token(made).isEmpty
        let isWhole = found.count == min(size, rest.count)
        let isRight =
            mayBeShort
            ? found.count <= size && (!isLast || found.count == rest.count)
            : isWhole && isLast == (found.count == rest.count)
        guard isRight, found == Array(rest.prefix(found.count)) else {
            let wanted = rest.prefix(size).map { $0.textFormatString() }.joined(separator: "—\n")
            throw Discrepancy(
                source: .answer,
                what: "from \(offset)\n\(made.textFormatString())\nexpected \(rest.count) left:\n\(wanted)")
        }
        return (made, found.count)
    }
}
