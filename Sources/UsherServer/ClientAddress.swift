import Foundation
import UsherContract
import UsherRPC
import UsherServices

/// Where a client calls from, as far as guesses are counted: an IPv4 address, or the first 64 bits of an IPv6 one.
struct ClientAddress: Hashable, Sendable {
    private let bits: UInt64
    private let version: UInt8

    /// - Parameter text: the peer's IP address; anything else is one address as well.
    init(_ text: String) { self = Self(exactly: text) ?? Self(bits: 0, version: 0) }

    /// Nil for what is no IPv4 or IPv6 address, or has a zone or a port.
    init?(exactly text: String) {
        // inet_pton reads no further than a NUL.
        guard !text.utf8.contains(0) else { return nil }
        var (four, six) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(bits: UInt64(UInt32(bigEndian: four.s_addr)), version: 4)
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            let bytes = withUnsafeBytes(of: &six) { Array($0) }
            let isMapped = bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
            let significant = isMapped ? bytes[12...] : bytes[..<8]
            self.init(bits: significant.reduce(0) { $0 << 8 | UInt64($1) }, version: isMapped ? 4 : 6)
        } else {
            return nil
        }
    }

    private init(bits: UInt64, version: UInt8) {
        self.bits = bits
        self.version = version
    }
}

extension LookupThrottle.Visitor {
    /// Whose guesses a call's are: the caller's own, or those of the viewer whose address it says. That is believed
    /// only from keys that speak for viewers; what others say is not looked at.
    ///
    /// - Throws: INVALID_ARGUMENT `VIEWER_ADDRESS_INVALID`.
    init(_ call: InboundCall, of method: Method, by caller: Caller, from peer: ClientAddress) throws {
        self.init(organisation: caller.organisationID ?? "", key: caller.principal, address: peer)
        guard method.looksUpCodes, let said = call.metadata.first("viewer-address"),
            caller.scopes.allows(.vouchersProxy)
        else { return }
        guard let viewer = ClientAddress(exactly: String(buffer: said)) else {
            throw Refusal(
                .invalidArgument, "VIEWER_ADDRESS_INVALID",
                "The metadata 'viewer-address' must be an IPv4 or IPv6 address, without a port.")
        }
        (address, isProxy) = (viewer, true)
    }
}
