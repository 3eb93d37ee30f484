import NIOCore

/// What a connection's first bytes say that it speaks. Nothing is guessed.
enum FirstBytes: Equatable {
    case ttrpc
    /// A TLS handshake record.
    case tls
    /// HTTP/2 with prior knowledge.
    case http2
    case unknown
    /// The bytes so far can be the beginning of more than one thing.
    case undecided

    init(_ bytes: some Collection<UInt8>) {
        switch bytes.first {
        case nil: self = .undecided
        case 0x00: self = .ttrpc
        case 0x16: self = Self.judge(bytes, against: [0x16, 0x03], as: .tls)
        default: self = Self.judge(bytes, against: Array("PRI".utf8), as: .http2)
        }
    }

    private static func judge(
        _ bytes: some Collection<UInt8>, against start: [UInt8], as protocol: FirstBytes
    ) -> FirstBytes {
        let seen = bytes.prefix(start.count)
        guard seen.elementsEqual(start.prefix(seen.count)) else { return .unknown }
        return seen.count == start.count ? `protocol` : .undecided
    }
}
