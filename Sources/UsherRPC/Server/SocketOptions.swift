import Glibc
import NIOCore

/// Notices peers that are gone without a word. Source: tcp(7).
enum Keepalive {
    static let options: [(option: ChannelOptions.Types.SocketOption, value: Int)] = [
        (.init(level: .socket, name: .so_keepalive), 1),
        (tcp(TCP_KEEPIDLE), RPCLimits.keepaliveIdleSeconds),
        (tcp(TCP_KEEPINTVL), RPCLimits.keepaliveIntervalSeconds),
        (tcp(TCP_KEEPCNT), RPCLimits.keepaliveCount),
    ]

    private static func tcp(_ name: CInt) -> ChannelOptions.Types.SocketOption {
        .init(level: .tcp, name: .init(rawValue: name))
    }
}
