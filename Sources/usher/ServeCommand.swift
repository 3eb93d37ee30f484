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
            it makes the operator's key in DIR/operator.key. SIGTERM and SIGINT let it answer what is in flight, and
            stop.

            What is not said by a flag is taken from the environment (USHER_DATA, USHER_LISTEN, USHER_ADMIN,
            USHER_LOG_LEVEL), then from a JSON file ({"data": "...", "listen": "...", "admin": "...",
            "log": {"level": "..."}}) that --config or USHER_CONFIG names. --insecure is a flag only.

            Examples:
              usher serve --data data
              usher serve --data data --listen 0.0.0.0:7420 --admin off --insecure
            """)

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
    @Flag(help: "Allow --listen on an address other than loopback, although calls are not encrypted.")
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
        } catch let error as StorageError {
            throw Failure("cannot use the data directory \(settings.server.dataDirectory): \(error)")
        }
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: ServingService(server: server))],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}

/// The server's life under the process's signals: it serves until it is told to stop, and then drains.
private struct ServingService: Service {
    let server: UsherServer

    func run() async throws {
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
        guard flags.insecure || Self.isLoopback(listen.host) else {
            throw Failure(
                "calls are not encrypted: to listen on \(listen.host) all the same, say --insecure")
        }
        var rpc = RPCServerConfiguration()
        rpc.host = listen.host
        rpc.port = listen.port
        server = ServerConfiguration(
            dataDirectory: data, rpc: rpc, admin: adminText == "off" ? nil : try Self.address(adminText, "--admin"))
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
