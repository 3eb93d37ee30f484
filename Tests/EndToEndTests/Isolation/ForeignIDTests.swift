import Foundation
import Testing
import UsherAPI
import UsherClient
import UsherContract

/// Every method × every field that names something × another organisation's id: the answer is byte for byte that for
/// an id that does not exist.
///
/// Methods, fields and their types come from the descriptors, so that a new method is covered from its first day.
@Suite struct ForeignIDTests {
    @Test func everyFieldThatNamesSomethingIsKnown() throws {
        let shapes = try UsherAPI.methods.map(RequestShape.init)
        for shape in shapes {
            #expect(shape.unknown == [], "\(shape.method.descriptor.fullName): IDKind knows no such field")
        }
        #expect(shapes.contains { !$0.fields.isEmpty })
    }

    @Test func anothersIDIsAnsweredLikeOneThatDoesNotExist() async throws {
        try await RunningServer.with { server in
            let owner = try await Tenant("owners", on: server)
            let before = try await readings(of: owner)
            var matrix = ForeignIDMatrix(owner: owner)
            for method in UsherAPI.methods { try await matrix.run(try RequestShape(method), on: server) }
            #expect(try await readings(of: owner) == before, "another organisation's calls changed something")
            print(matrix.summary)
            #expect(matrix.unexercised == [])
            await owner.client.close()
        }
    }

    /// A request id is a caller's own: another's successful call is neither repeated nor in the way.
    @Test func anothersRequestIDIsFree() async throws {
        try await RunningServer.with { server in
            var owner = try await Tenant("owners", on: server)
            var other = try await Tenant("others", on: server)
            let socket = try RawSocket(port: server.port)
            var compared = 0
            for (number, method) in UsherAPI.methods.enumerated() where method.descriptor.hasRequestID {
                let shape = try RequestShape(method)
                guard let field = shape.fields.first(where: { $0.path == ["requestId"] }) else { continue }
                try await owner.renew(100 + number)
                var values = try owner.usual(shape)
                values[field] = "request-\(100_000 + number)"
                let own = socket.call(method.descriptor, try shape.payload(values), metadata: bearer(owner.key))
                guard try #require(own).refusal == nil else { continue }
                var answers: [RawFrame] = []
                for id in ["request-\(100_000 + number)", "request-\(200_000 + number)"] {
                    try await other.renew(1_000 + 2 * number + answers.count)
                    var values = try other.usual(shape)
                    values[field] = id
                    let answer = try #require(
                        socket.call(method.descriptor, try shape.payload(values), metadata: bearer(other.key)))
                    #expect(!answer.contains(owner.mark), "\(method.descriptor.fullName)")
                    answers.append(try AnswerMask(other.ids.values).apply(answer, of: method))
                }
                #expect(answers[0] == answers[1], "\(method.descriptor.fullName)")
                compared += 1
            }
            print("request ids: \(compared) methods")
            #expect(compared > 0)
            await owner.client.close()
            await other.client.close()
        }
    }

    /// What the owner reads of what it has, by method.
    private func readings(of tenant: Tenant) async throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for method in UsherAPI.methods where method.descriptor.isRead {
            let shape = try RequestShape(method)
            let payload = try shape.payload(tenant.usual(shape))
            do {
                found[method.descriptor.fullName] = try await tenant.client.answer(method.descriptor, payload)
            } catch is Refusal {
                continue
            }
        }
        #expect(found.count > 5)
        return found
    }
}

func bearer(_ key: String) -> [(String, String)] { [("authorization", "Bearer \(key)")] }

extension RawFrame {
    func contains(_ text: String) -> Bool { String(decoding: body, as: UTF8.self).contains(text) }
}
