import Foundation

/// An IP address, in the one way of writing that it has as such: two that are equal are the same address.
struct IPAddress: Hashable, Sendable {
    /// IPv4 with dots; IPv6 as inet_ntop writes it. Empty for an address that is not known.
    let text: String

    static let unknown = IPAddress(stored: "")

    var isKnown: Bool { !text.isEmpty }

    /// Nil for what is no IPv4 or IPv6 address, or has a zone or a port.
    init?(_ text: String) {
        // inet_pton reads no further than a NUL.
        guard !text.utf8.contains(0) else { return nil }
        var (four, six) = (in_addr(), in6_addr())
        var bytes: [UInt8]
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            bytes = withUnsafeBytes(of: &six) { Array($0) }
            // An IPv4 address that came in over an IPv6 socket.
            if bytes.starts(with: Self.mappedPrefix) { bytes.removeFirst(Self.mappedPrefix.count) }
        } else {
            return nil
        }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &buffer, socklen_t(buffer.count))
        self.text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// As ``text`` was stored.
    init(stored text: String) { self.text = text }

    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
}
