import Foundation

/// IP addresses as text.
enum IPAddress {
    /// Whether the text is an IPv4 or IPv6 address, without a zone or a port.
    static func isValid(_ text: String) -> Bool {
        var bytes = in6_addr()
        return inet_pton(AF_INET, text, &bytes) == 1 || inet_pton(AF_INET6, text, &bytes) == 1
    }
}
