import UsherContract
import UsherServices

/// What the dispatcher knows of one connection: the credential that Authenticate bound to it, and the last one that it
/// verified. Touched only on the connection's event loop.
///
/// Invariant: ``verified`` is used only while the credential table has not changed since and its key has not expired.
final class ConnectionSession: @unchecked Sendable {
    /// What calls without a credential of their own are made with.
    struct Binding {
        var key: [UInt8]
        /// The organisation that an operator's calls act in where they name none.
        var organisationID: String
    }

    /// A credential and a caller that were found good, by what was presented.
    struct Verified {
        /// Nil where the bound key or the client's certificate was used.
        var key: [UInt8]?
        var organisation: [UInt8]?
        var generation: Int
        var expireTime: Instant?
        var identity: VerifiedCaller
        /// What WhoAmI answers; nil until it is asked.
        var whoAmI: [UInt8]?
    }

    /// Who showed a good credential last.
    struct Owner: Equatable {
        var principal: String
        var organisationID: String?
    }

    let address: ClientAddress
    var binding: Binding?
    var verified: Verified?
    /// Whose budgets what is held for the connection counts in; nil for a stranger's.
    var owner: Owner?
    /// Credentials that were not good, since the last that was.
    var failedAuthentications = 0

    init(address: ClientAddress) { self.address = address }
}
