import ArgumentParser
import Foundation
import UsherClient
import UsherRPC
import UsherServer

/// Which server to call, and as whom.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The server; default USHER_ADDRESS, then 127.0.0.1:7420.", valueName: "host:port"))
    var address: String?
    @Option(help: ArgumentHelp("The key to call with; default USHER_KEY.", valueName: "key"))
    var key: String?
    @Flag(help: "Encrypt the connection (TLS). So does USHER_TLS=1.")
    var tls = false
    @Option(
        help: ArgumentHelp(
            "The authorities whose servers are trusted, PEM; default USHER_TLS_CA, then this host's. Implies --tls.",
            valueName: "file"))
    var tlsCa: String?

    /// Runs `work` with a client, and closes it.
    func withClient<Result>(
        organisation: String? = nil, timeout: Duration? = nil, viewerAddress: String? = nil,
        _ work: (UsherClient) async throws -> Result
    ) async throws -> Result {
        let environment = ProcessInfo.processInfo.environment
        let text = address ?? environment["USHER_ADDRESS"] ?? "127.0.0.1:7420"
        guard let address = HostAndPort(text) else {
            throw Failure("--address (USHER_ADDRESS) must be HOST:PORT such as 127.0.0.1:7420, and not '\(text)'")
        }
        guard let key = key ?? environment["USHER_KEY"], !key.isEmpty else {
            throw Failure("say whose call this is: --key KEY, or USHER_KEY=KEY; 'usher init' prints the operator's")
        }
        let client = UsherClient(
            host: address.host, port: address.port, key: key, tls: encryption(environment),
            // A person is told at once that nobody listens, and a key whose answer was lost is not made silently.
            defaults: CallOptions(timeout: timeout, organisation: organisation, viewerAddress: viewerAddress),
            attempts: 1)
        do {
            let result = try await reportingRefusals { try await work(client) }
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }
}

extension ConnectionOptions {
    private func encryption(_ environment: [String: String]) -> ClientTLS? {
        let authority = tlsCa ?? environment["USHER_TLS_CA"].flatMap { $0.isEmpty ? nil : $0 }
        return tls || authority != nil || environment["USHER_TLS"] == "1" ? ClientTLS(authority: authority) : nil
    }
}

/// A length of time on the command line: `500ms`, `2s`, `1m`.
struct TimeoutArgument: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        let number = argument.prefix { $0.isNumber || $0 == "." }
        guard let value = Double(number), value > 0, value < 1e6 else { return nil }
        switch argument.dropFirst(number.count) {
        case "ms": duration = .milliseconds(value)
        case "s", "": duration = .seconds(value)
        case "m": duration = .seconds(value * 60)
        default: return nil
        }
    }
}
