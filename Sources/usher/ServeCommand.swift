import ArgumentParser
import Configuration
import Foundation
import Logging
import Metrics
import ServiceLifecycle
import SystemPackage
import UsherRPC
import UsherServer
import UsherStorage

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the organisations of a data directory.",
        discussion: """
            Prints 'usher: serving on HOST:PORT' when it takes calls; port 0 takes any free one. On an empty directory
            it makes the operator's key in DIR/operator.key, a file that goes when its key is revoked. What others than
            its owner may read of the directory is taken from them at the start. While the machine's clock is before
            2020 or after 2089-09-06 writes are refused (CLOCK_OUT_OF_RANGE), and reads are answered. SIGTERM and SIGINT
            let it answer what is in flight, and stop.

            With --tls-certificate and --tls-key every connection is encrypted (TLS 1.2 or 1.3), ttrpc and gRPC alike.
            With --client-ca clients may present a certificate, with --require-client-certificate they must; a key with
            a certificate_uri belongs to whoever has that URI in it. SIGHUP reads the files anew.

            With --drain-delay a server that is told to stop says so at once (health NOT_SERVING, /readyz 503) and
            goes on serving for that time, so that load balancers send their calls elsewhere before it refuses any.

            A disk that is full takes no reads away: databases that cannot be written are open for reading, writes are
            refused (STORAGE_FULL) and go on by themselves when there is room, and /readyz is 503 meanwhile and says
            why. An organisation whose files are not those that were in use is refused; see 'usher help doctor'.

            Voucher codes can be guessed: after 300 codes that do not exist a key is held up, and may fail once more for
            each half second since; a client address, in one organisation, after 100, and once more for each second.
            Codes that exist go on passing unless the next failure would have to wait for more than 5 s.
            --failed-lookups-per-key and --failed-lookups-per-address set others, as COUNT/TIME. A portal in front of
            many viewers needs a key with the scope vouchers:proxy: it says in the metadata 'viewer-address' who asks,
            each viewer then has an allowance, and the key one of 3,000, and once more for each 50 ms, which
            --failed-lookups-per-proxy sets.

            An organisation can have 1,000 API keys that can be used, and make as many in a day; --api-keys sets another
            number. Those that have ended are removed after 30 days.

            Descriptors (ulimit -n) are divided at start among connections, open organisations and the admin port; a
            line in the log tells how. A connection has ten seconds for its first call. One whose calls brought no good
            key may be closed where places are short, and an address may have a quarter of all places:
            --connections-per-address sets another number, and 'off' is for a server behind a proxy.

            What is not said by a flag is taken from the environment (USHER_DATA, USHER_LISTEN, USHER_ADMIN,
            USHER_TLS_CERTIFICATE, USHER_TLS_KEY, USHER_TLS_CLIENT_CA, USHER_DRAIN_DELAY,
            USHER_FAILED_LOOKUPS_PER_KEY, USHER_FAILED_LOOKUPS_PER_PROXY, USHER_FAILED_LOOKUPS_PER_ADDRESS,
            USHER_CONNECTIONS_PER_ADDRESS, USHER_API_KEYS, USHER_LOG_LEVEL), then from a JSON file ({"data": "...",
            "listen": "...", "admin": "...", "tls": {"certificate": "...", "key": "...", "client": {"ca": "..."}},
            "drain": {"delay": "..."}, "failedLookups": {"perKey": "...", "perProxy": "...", "perAddress": "..."},
            "connections": {"perAddress": "..."}, "api": {"keys": "..."}, "log": {"level": "..."}}) that --config or
            USHER_CONFIG names. --insecure and --require-client-certificate are flags only.

            Examples:
              usher serve --data data
              usher serve --data data --listen 0.0.0.0:7420 --tls-certificate cert.pem --tls-key key.pem
              usher serve --data data --listen 0.0.0.0:7420 --admin off --insecure
            """.prose)

    @Option(help: ArgumentHelp("The data directory; made if it is missing.", valueName: "dir"))
    var data: String?
    @Option(help: ArgumentHelp("Where calls come in; default 127.0.0.1:7420.", valueName: "host:port"))
    var listen: String?
    @Option(
        help: ArgumentHelp(
            "Where /healthz, /readyz and /metrics are; default 127.0.0.1:7421.", valueName: "host:port|off"))
    var admin: String?
    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?
    @Option(help: ArgumentHelp("A JSON file with settings.", valueName: "file"))
    var config: String?
    @Option(help: ArgumentHelp("The server's certificate and those that lead to its root, PEM.", valueName: "file"))
    var tlsCertificate: String?
    @Option(help: ArgumentHelp("The certificate's private key, PEM.", valueName: "file"))
    var tlsKey: String?
    @Option(help: ArgumentHelp("The authorities whose clients' certificates are taken, PEM.", valueName: "file"))
    var clientCa: String?
    @Option(
        help: ArgumentHelp(
            "How long to go on serving when told to stop: 500ms, 10s, at most 60m; default none.", valueName: "time"))
    var drainDelay: String?
    @Option(
        help: ArgumentHelp(
            "How many codes that do not exist a key may look up at once, and in what time one more; default 300/500ms.",
            valueName: "count/time"))
    var failedLookupsPerKey: String?
    @Option(
        help: ArgumentHelp(
            "The same for a key that says whose address each look-up comes from; default 3000/50ms.",
            valueName: "count/time"))
    var failedLookupsPerProxy: String?
    @Option(
        help: ArgumentHelp(
            "The same for a client address in an organisation, or 64 bits of an IPv6 one; default 100/1s.",
            valueName: "count/time"))
    var failedLookupsPerAddress: String?
    @Option(
        help: ArgumentHelp("How many API keys an organisation can have; default 1000.", valueName: "count"))
    var apiKeys: String?
    @Option(
        help: ArgumentHelp(
            "How many connections one client address may have; default a quarter of all.", valueName: "count|off"))
    var connectionsPerAddress: String?
    @Flag(help: "Refuse clients without a certificate.")
    var requireClientCertificate = false
    @Flag(help: "Take calls that are not encrypted, on any address and besides TLS.")
    var insecure = false

    func run() async throws {
        let settings = try await ServeSettings(self)
        var logger = Logger(label: "usher", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = settings.logLevel
        DescriptorLimit.raise()
        let metrics = PrometheusRegistry()
        MetricsSystem.bootstrap(metrics)
        let server: UsherServer
        do {
            server = try UsherServer(settings.server, metrics: metrics, logger: logger)
        } catch StorageError.locked {
            throw Failure("the data directory \(settings.server.dataDirectory) is in use by another process")
        } catch let error as TLSError {
            throw Failure("\(error)")
        } catch let error as StorageError {
            throw Failure("cannot use the data directory \(settings.server.dataDirectory): \(error)")
        }
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: ServingService(server: server))],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        // What runs beside the calls needs no thread of the default executor, see ThreadExecutor.
        try await withTaskExecutorPreference(ThreadExecutor.shared) { try await group.run() }
    }
}

/// The server's life under the process's signals: it serves until it is told to stop, and then drains.
private struct ServingService: Service {
    let server: UsherServer

    func run() async throws {
        // The default is to die of it; whoever reads that the server serves may send it at once.
        signal(SIGHUP, SIG_IGN)
        let hangUps = DispatchSource.makeSignalSource(signal: SIGHUP)
        hangUps.setEventHandler { [server] in server.reloadTLS() }
        hangUps.activate()
        defer { hangUps.cancel() }
        do {
            let bound = try await server.start()
            print("usher: serving on \(bound.rpc)")
            if let admin = bound.admin { print("usher: health and metrics on http://\(admin)") }
            fflush(nil)
        } catch {
            await server.drain()
            throw Failure("\(error)")
        }
        try? await gracefulShutdown()
        await server.drain()
    }
}

/// The settings of `serve`: a flag, else the environment, else the file, else the default.
private struct ServeSettings {
    var server: ServerConfiguration
    var logLevel: Logger.Level

    init(_ flags: ServeCommand) async throws {
        let environment = ConfigReader(provider: EnvironmentVariablesProvider()).scoped(to: "usher")
        var file: ConfigReader?
        if let path = flags.config ?? environment.string(forKey: "config") {
            do {
                file = ConfigReader(provider: try await FileProvider<JSONSnapshot>(filePath: FilePath(path)))
            } catch {
                throw Failure("cannot read the settings in \(path): \(error)")
            }
        }
        func setting(_ flag: String?, _ key: ConfigKey) -> String? {
            flag ?? environment.string(forKey: key) ?? file?.string(forKey: key)
        }
        guard let data = setting(flags.data, "data") else {
            throw Failure("say where the data is: --data DIR, or USHER_DATA=DIR")
        }
        let listen = try Self.address(setting(flags.listen, "listen") ?? "127.0.0.1:7420", "--listen")
        let adminText = setting(flags.admin, "admin") ?? "127.0.0.1:7421"
        let level = setting(flags.logLevel, "log.level") ?? "info"
        guard let logLevel = Logger.Level(rawValue: level) else {
            throw Failure("there is no log level '\(level)'; take one of \(Logger.Level.allCases.map(\.rawValue))")
        }
        self.logLevel = logLevel
        var rpc = RPCServerConfiguration()
        rpc.tls = try Self.tls(
            certificate: setting(flags.tlsCertificate, "tls.certificate"), key: setting(flags.tlsKey, "tls.key"),
            clientAuthority: setting(flags.clientCa, "tls.client.ca"), isRequired: flags.requireClientCertificate)
        rpc.takesPlaintext = flags.insecure
        guard flags.insecure || rpc.tls != nil || Self.isLoopback(listen.host) else {
            throw Failure(
                """
                calls are not encrypted: to listen on \(listen.host), give --tls-certificate and --tls-key, or say \
                --insecure
                """)
        }
        if let text = setting(flags.connectionsPerAddress, "connections.perAddress") {
            rpc.connectionsPerAddress = try Self.addressShare(text)
        }
        rpc.host = listen.host
        rpc.port = listen.port
        server = ServerConfiguration(
            dataDirectory: data, rpc: rpc, admin: adminText == "off" ? nil : try Self.address(adminText, "--admin"),
            drainDelay: try setting(flags.drainDelay, "drain.delay").map(Self.drainDelay) ?? .zero)
        if let text = setting(flags.apiKeys, "api.keys") {
            guard let count = Int(text), (1...100_000).contains(count) else {
                throw Failure("--api-keys must be 1 to 100000, and not '\(text)'")
            }
            server.keys.count = count
        }
        for (flag, key, option, path) in [
            (flags.failedLookupsPerKey, "failedLookups.perKey", "--failed-lookups-per-key", \LookupLimits.perKey),
            (flags.failedLookupsPerProxy, "failedLookups.perProxy", "--failed-lookups-per-proxy", \.perProxy),
            (
                flags.failedLookupsPerAddress, "failedLookups.perAddress", "--failed-lookups-per-address",
                \.perAddress
            ),
        ] as [(String?, ConfigKey, String, WritableKeyPath<LookupLimits, LookupLimits.Allowance>)] {
            if let text = setting(flag, key) { server.lookups[keyPath: path] = try Self.allowance(text, option) }
        }
    }

    private static func allowance(_ text: String, _ option: String) throws -> LookupLimits.Allowance {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let count = Int(parts[0]), (1...1_000_000).contains(count),
            let interval = TimeoutArgument(argument: parts[1])?.duration,
            (.milliseconds(1) ... .seconds(3_600)).contains(interval)
        else {
            throw Failure(
                """
                \(option) must be COUNT/TIME such as 300/500ms, the count at most 1000000 and the time 1ms to 60m, and \
                not '\(text)'
                """)
        }
        return LookupLimits.Allowance(count: count, interval: interval)
    }

    private static func addressShare(_ text: String) throws -> RPCServerConfiguration.AddressShare {
        if text == "off" { return .unlimited }
        guard let count = Int(text), (1...1_000_000).contains(count) else {
            throw Failure("--connections-per-address must be a number from 1 to 1000000, or off, and not '\(text)'")
        }
        return .connections(count)
    }

    private static func drainDelay(_ text: String) throws -> Duration {
        if text == "0" { return .zero }
        guard let delay = TimeoutArgument(argument: text)?.duration, delay <= .seconds(3_600) else {
            throw Failure("--drain-delay must be a time such as 500ms or 10s, at most 60m, and not '\(text)'")
        }
        return delay
    }

    private static func tls(
        certificate: String?, key: String?, clientAuthority: String?, isRequired: Bool
    ) throws -> TLSFiles? {
        guard let certificate, let key else {
            guard certificate == nil, key == nil, clientAuthority == nil, !isRequired else {
                throw Failure("--tls-certificate and --tls-key go together, and the other options of TLS need both")
            }
            return nil
        }
        guard clientAuthority != nil || !isRequired else {
            throw Failure("--require-client-certificate needs --client-ca")
        }
        var files = TLSFiles(certificate: certificate, key: key)
        files.clientAuthority = clientAuthority
        files.requiresClientCertificate = isRequired
        return files
    }

    private static func address(_ text: String, _ option: String) throws -> HostAndPort {
        guard let address = HostAndPort(text) else {
            throw Failure("\(option) must be HOST:PORT such as 127.0.0.1:7420, and not '\(text)'")
        }
        return address
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
