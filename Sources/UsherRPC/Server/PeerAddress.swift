import Glibc

/// Where a client calls from, as far as clients are told apart: an IPv4 address, or the first 64 bits of an IPv6 one,
/// which are one site's.
package struct PeerAddress: Hashable, Sendable {
    private let bits: UInt64
    private let version: UInt8

    /// Nil for what is no IP address.
    package init?(_ text: String) {
        var (four, six) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, text, &four) == 1 {
            (bits, version) = (UInt64(UInt32(bigEndian: four.s_addr)), 4)
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            let bytes = withUnsafeBytes(of: &six) { Array($0) }
            let isMapped = bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
            let significant = isMapped ? bytes[12...] : bytes[..<8]
            (bits, version) = (significant.reduce(0) { $0 << 8 | UInt64($1) }, isMapped ? 4 : 6)
        } else {
            return nil
        }
    }
}
