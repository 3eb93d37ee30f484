import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherRPC
import UsherServices

/// `usher.session.v1.SessionService`: credentials of connections and calls. Its methods touch no database and are
/// answered on the connection's event loop.
struct SessionMethods: Sendable {
    enum Which: Sendable {
        case authenticate, whoAmI
    }

    /// The method table: what `proto/` says, and which it is. Authenticate needs no credential, WhoAmI no scope.
    static let table: [(descriptor: MethodDescriptor, which: Which)] = [
        (Usher_Session_V1_SessionService.authenticate.descriptor, .authenticate),
        (Usher_Session_V1_SessionService.whoAmI.descriptor, .whoAmI),
    ]

    private static let requestBytes = 4_096

    let authentication: Authentication

    func answer(_ which: Which, _ call: InboundCall, _ session: ConnectionSession) throws -> [UInt8] {
        // Answered on the event loop, to anybody: what is longer than any key is not read there.
        guard call.payload.readableBytes <= Self.requestBytes else {
            throw Refusal(
                .invalidArgument, "REQUEST_MALFORMED", "A request of SessionService has at most 4,096 bytes.")
        }
        let payload = Array(call.payload.readableBytesView)
        switch which {
        case .authenticate:
            guard call.connection.transport == .ttrpc else {
                throw Refusal(
                    .failedPrecondition, "CONNECTION_NOT_BINDABLE",
                    "A gRPC connection may be shared by a proxy. Send 'authorization: Bearer <key>' with each call.")
            }
            return try authenticate(payload, session).serializedBytes()
        case .whoAmI:
            guard (try? Usher_Session_V1_WhoAmIRequest(serializedBytes: payload)) != nil else {
                throw Refusal(.invalidArgument, "REQUEST_MALFORMED", "The payload is not a WhoAmIRequest.")
            }
            return try whoAmI(authentication.caller(of: call, session).caller, session)
        }
    }

    /// The answer of a caller that the session has just verified. It is made once: sorting scopes costs more than all
    /// the rest of the call.
    private func whoAmI(_ caller: Caller, _ session: ConnectionSession) throws -> [UInt8] {
        if let answer = session.verified?.whoAmI { return answer }
        let answer: [UInt8] = try identity(of: caller).serializedBytes()
        session.verified?.whoAmI = answer
        return answer
    }

    private func authenticate(_ payload: [UInt8], _ session: ConnectionSession) throws -> Usher_Session_V1_Identity {
        guard let request = try? Usher_Session_V1_AuthenticateRequest(serializedBytes: payload) else {
            throw Refusal(.invalidArgument, "REQUEST_MALFORMED", "The payload is not an AuthenticateRequest.")
        }
        let key = Array(request.apiKey.utf8)
        let credential = try authentication.credentials.authenticate(key, at: authentication.now())
        let verified = try authentication.identity(of: credential, request.organisationID)
        session.binding = .init(key: key, organisationID: request.organisationID)
        session.verified = nil
        return identity(of: verified.caller)
    }

    private func identity(of caller: Caller) -> Usher_Session_V1_Identity {
        .with { identity in
            identity.keyID = caller.principal
            identity.platformOperator = caller.role == .platformOperator
            identity.organisationID = caller.organisationID ?? ""
            identity.scopes = caller.scopes.scopes.map(\.description).sorted()
        }
    }
}
