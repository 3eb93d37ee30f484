import ArgumentParser
import Foundation
import UsherClient
import UsherRPC
import UsherServer

/// Which server to call, and as whom. A flag wins over the profile that --profile names, that over the environment, and
/// that over the profile of USHER_PROFILE or the one called `default`.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The server; default USHER_ADDRESS, then 127.0.0.1:7420.", valueName: "host[:port]"))
    var address: String?
    @Option(help: ArgumentHelp("The key to call with; default USHER_KEY.", valueName: "key"))
    var key: String?
    @Option(
        help: ArgumentHelp(
            "Server, key and organisation from ~/.config/usher/profiles.json; default USHER_PROFILE.",
            valueName: "name"))
    var profile: String?
    @Flag(help: "Encrypt the connection (TLS). So does USHER_TLS=1.")
    var tls = false
    @Option(
        help: ArgumentHelp(
            "The authorities whose servers are trusted, PEM; default USHER_TLS_CA, then this host's. Implies --tls.",
            valueName: "file"))
    var tlsCa: String?

    /// Runs `work` with a client, and closes it.
    ///
    /// - Parameter organisation: what --organisation says; nil where the command works on the platform itself.
    func withClient<Result>(
        organisation: OrganisationOption? = nil, timeout: Duration? = nil, viewerAddress: String? = nil,
        _ work: (UsherClient) async throws -> Result
    ) async throws -> Result {
        let target = try Target(self)
        let client = UsherClient(
            host: target.address.host, port: target.address.port, key: target.key, tls: target.tls,
            // A person is told at once that nobody listens, and a key whose answer was lost is not made silently.
            defaults: CallOptions(
                timeout: timeout, organisation: organisation.flatMap { $0.id ?? target.organisation },
                viewerAddress: viewerAddress),
            attempts: 1)
        do {
            let result = try await work(client)
            await client.close()
            return result
        } catch let error as TransportError {
            await client.close()
            throw Failure(target.explanation(of: error), .notReached)
        } catch {
            await client.close()
            throw error
        }
    }
}

/// The organisation that a command works in.
struct OrganisationOption: ParsableArguments {
    @Option(
        name: .customLong("organisation"),
        help: ArgumentHelp(
            "The organisation to act in, for an operator's key; default USHER_ORGANISATION.", valueName: "id"))
    var id: String?
}

/// What the options, the profile and the environment come to.
private struct Target {
    let address: HostAndPort
    let key: String
    let organisation: String?
    let tls: ClientTLS?

    static let port = 7420

    init(_ options: ConnectionOptions) throws {
        let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
        let named = try options.profile.map { try Profile.load($0, environment) } ?? nil
        let assumed = options.profile == nil ? try Profile.load(environment["USHER_PROFILE"], environment) : nil
        func value(_ flag: String?, _ variable: String, _ path: KeyPath<Profile, String?>) -> String? {
            flag ?? named?[keyPath: path] ?? environment[variable] ?? assumed?[keyPath: path]
        }
        let text = value(options.address, "USHER_ADDRESS", \.address) ?? "127.0.0.1"
        guard let address = HostAndPort(text) ?? HostAndPort("\(text):\(Self.port)") else {
            throw Failure("--address (USHER_ADDRESS) must be HOST:PORT such as 127.0.0.1:7420, and not '\(text)'")
        }
        guard let key = value(options.key, "USHER_KEY", \.key) else {
            throw Failure("say whose call this is: --key KEY, or USHER_KEY=KEY; 'usher init' prints the operator's")
        }
        self.address = address
        self.key = key
        organisation = value(nil, "USHER_ORGANISATION", \.organisation)
        let authority = value(options.tlsCa, "USHER_TLS_CA", \.tlsCa)
        let isEncrypted =
            options.tls || authority != nil || named?.tls == true || environment["USHER_TLS"] == "1"
            || assumed?.tls == true
        tls = isEncrypted ? ClientTLS(authority: authority) : nil
    }

    /// What a call that got no answer probably needs.
    func explanation(of error: TransportError) -> String {
        switch error {
        case .connectFailed(let cause): connectFailed(cause)
        case .connectionLost, .notSent, .malformedReply:
            """
            \(address) closed the connection: \
            \(tls == nil ? "if its calls are encrypted, say --tls; " : "")\
            --address (USHER_ADDRESS) must be where calls come in, and not where health and metrics are
            """
        case .timedOut: "\(address) did not answer in time"
        case .requestTooLarge: "the request is larger than 4 MiB"
        case .tooManyCalls, .streamEnded: "\(error)"
        }
    }

    private func connectFailed(_ cause: String) -> String {
        // The library's text names its own functions; the person needs the reason.
        let cause = cause.lowercased()
        let reason =
            if cause.contains("refused") {
                "nobody listens there. Is the server running, and is --address (USHER_ADDRESS) right?"
            } else if cause.contains("certificate_verify_failed") || cause.contains("unabletovalidate") {
                "its certificate is not one that this host trusts: --tls-ca FILE names its authority"
            } else if tls != nil, cause.contains("ssl") || cause.contains("handshake") || cause.contains("eof") {
                "it does not speak TLS: leave --tls out if its calls are not encrypted"
            } else if cause.contains("resolve") || cause.contains("dns") || cause.contains("getaddrinfo") {
                "the name is not known. Is --address (USHER_ADDRESS) right?"
            } else if cause.contains("timeout") || cause.contains("timed out") {
                "it does not answer. Is --address (USHER_ADDRESS) right, and does a firewall let calls through?"
            } else {
                "it cannot be reached. Is the server running, and is --address (USHER_ADDRESS) right?"
            }
        return "no connection to \(address): \(reason)"
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
