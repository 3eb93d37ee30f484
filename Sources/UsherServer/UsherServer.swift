import Foundation
public import Logging
import NIOHTTP1
import NIOPosix
import Synchronization
import UsherAPI
import UsherContract
public import UsherRPC
import UsherServices
public import UsherStorage

/// A whole server: storage, services, the port where calls come in, and the operator's HTTP.
///
/// Order of life: ``init(_:ambient:metrics:logger:)`` takes the data directory, ``start()`` serves, ``drain()`` answers
/// what is in flight and gives everything back. A server is started once.
public final class UsherServer: Sendable {
    private let configuration: ServerConfiguration
    private let budget: DescriptorBudget
    private let storage: Storage
    private let rpc: RPCServer
    private let metrics: PrometheusRegistry
    private let credentials: CredentialTable
    private let admin = Mutex<AdminServer?>(nil)
    private let adminPlaces: ConnectionPlaces
    private let adminGroup = Mutex<MultiThreadedEventLoopGroup?>(nil)
    private let openStreams: OpenStreams
    private let sweeper: Sweeper
    private let organisations: OrganisationService
    /// What goes on beside the calls as long as the server runs.
    private let chores = Mutex<[Task<Void, Never>]>([])
    private let isReady = Atomic<Bool>(false)
    private let logger: Logger

    /// Opens the data directory, makes what is missing in it, and reads the keys.
    ///
    /// - Throws: `StorageError.locked` where another process has the directory; other storage errors; `TLSError` where
    ///   a certificate cannot be used.
    public init(
        _ configuration: ServerConfiguration, ambient: Ambient = .system,
        metrics: PrometheusRegistry = PrometheusRegistry(), logger: Logger
    ) throws {
        budget = DescriptorBudget(configuration, logger: logger)
        let configuration = budget.fitted(configuration)
        self.configuration = configuration
        self.metrics = metrics
        self.logger = logger
        adminPlaces = ConnectionPlaces(limit: budget.adminConnections)
        storage = try Storage(
            directory: configuration.dataDirectory, ambient: ambient, limits: configuration.storage,
            platformMigrations: Schema.platform, organisationMigrations: Schema.organisation, logger: logger)
        credentials = CredentialTable()
        let services = Services(storage: storage, credentials: credentials, keys: configuration.keys)
        do {
            try DataDirectory.prepare(storage, services, in: configuration.dataDirectory)
        } catch {
            storage.shutdown()
            throw error
        }
        let (credentials, directory) = (credentials, configuration.dataDirectory)
        let tidyKeyFile: @Sendable () -> Void = {
            OperatorKeyFile.removeIfDead(in: directory, credentials, at: ambient.now(), logger)
        }
        tidyKeyFile()
        credentials.onRevocationOfOperatorKey(tidyKeyFile)
        let dispatcher = Dispatcher(
            services: services, storage: storage,
            authentication: Authentication(credentials: credentials, storage: storage, now: ambient.now),
            metrics: metrics, errors: ErrorReporter(logger: logger, ambient: ambient), lookups: configuration.lookups,
            authentications: configuration.authentications, held: configuration.held)
        openStreams = dispatcher.openStreams
        organisations = services.organisations
        sweeper = Sweeper(
            storage: storage, services: services, interval: configuration.sweepInterval, now: ambient.now,
            logger: logger)
        do {
            rpc = try RPCServer(
                configuration: configuration.rpc, methods: dispatcher.descriptors, handler: dispatcher,
                descriptors: Self.descriptors, logger: logger, metrics: metrics)
        } catch {
            storage.shutdown()
            throw error
        }
    }

    /// What reflection tells of the methods.
    private static var descriptors: [UInt8] {
        guard let set = Data(base64Encoded: DescriptorSet.base64, options: .ignoreUnknownCharacters) else {
            preconditionFailure("the generated descriptor set is base 64")
        }
        return Array(set)
    }

    /// Begins to serve.
    ///
    /// - Returns: the addresses that were bound, with their real ports.
    /// - Throws: ``ListenError``; the server is to be drained then.
    public func start() async throws -> (rpc: HostAndPort, admin: HostAndPort?) {
        let bound: (host: String, port: Int)
        do {
            bound = try await rpc.start()
        } catch {
            throw ListenError(
                address: HostAndPort(host: configuration.rpc.host, port: configuration.rpc.port), cause: error)
        }
        if let address = configuration.admin {
            // A thread of its own: whether the process lives can be asked whatever else is busy.
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            adminGroup.withLock { $0 = group }
            do {
                let server = try await AdminServer.start(
                    at: address, group: group, places: adminPlaces, others: rpc.places, logger: logger
                ) { [weak self] path in self?.page(path) }
                admin.withLock { $0 = server }
            } catch {
                throw ListenError(address: address, cause: error)
            }
        }
        func task(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
            Task(executorPreference: ThreadExecutor.shared) { await body() }
        }
        chores.withLock { chores in
            chores = [
                task { [storage] in await Self.closeIdleOrganisations(of: storage) },
                task { await Self.giveMemoryBack() },
                task { [openStreams] in await openStreams.watch() },
                task { [storage] in await Self.tend(storage) },
                task { [sweeper] in await sweeper.run() },
                task { [self] in await removeEndedKeys() },
            ]
        }
        isReady.store(true, ordering: .releasing)
        return (HostAndPort(host: bound.host, port: bound.port), admin.withLock { $0?.address })
    }

    /// Reads the certificate, its key and the clients' authorities anew; what cannot be read leaves everything as it
    /// is, and a line in the log.
    public func reloadTLS() {
        do {
            try rpc.reloadTLS()
            logger.info("certificates reloaded")
        } catch {
            logger.error("certificates not reloaded", metadata: ["error": "\(error)"])
        }
    }

    /// Says that it is going away, waits for those who balance load to notice (``ServerConfiguration/drainDelay``),
    /// stops taking calls, answers those in flight, and closes everything. Nothing that was acknowledged is lost with
    /// or without it.
    public func drain() async {
        if isReady.exchange(false, ordering: .acquiringAndReleasing), configuration.drainDelay > .zero {
            rpc.announceDrain()
            logger.notice("going away", metadata: ["in": "\(configuration.drainDelay)"])
            try? await ThreadExecutor.shared.sleep(for: configuration.drainDelay)
        }
        chores.withLock { $0.forEach { $0.cancel() } }
        await rpc.drain(grace: configuration.drainGrace)
        storage.shutdown()
        await admin.withLock { $0 }?.close()
        try? await adminGroup.withLock { $0.take() }?.shutdownGracefully()
    }

    /// How many streams there are.
    public var streams: StreamCensus { rpc.streams }

    /// An organisation that nobody calls for this long gives its memory back, and its WAL is emptied.
    private static let idleTime = Duration.seconds(60)

    private static func closeIdleOrganisations(of storage: Storage) async {
        while (try? await ThreadExecutor.shared.sleep(for: idleTime)) != nil {
            storage.closeIdleOrganisations()
            ProcessMemory.shared.trimIfWorthwhile()
        }
    }

    /// What a peak took is given back to the system when it is over.
    private static func giveMemoryBack() async {
        while (try? await ThreadExecutor.shared.sleep(for: ProcessMemory.interval)) != nil {
            ProcessMemory.shared.trimIfWorthwhile()
        }
    }

    /// How often it is looked for keys that have ended long ago.
    private static let keyRemovalInterval = Duration.seconds(3_600)

    /// Removes keys that have ended long ago, in small transactions, until the task is cancelled.
    private func removeEndedKeys() async {
        repeat {
            do {
                while try await storage.platform.write(
                    as: .system(), { [organisations] in try organisations.removeEndedKeys(in: $0) })
                {}
            } catch {
                guard !Task.isCancelled else { return }
                logger.error("ended keys not removed", metadata: ["error": "\(error)"])
            }
        } while (try? await ThreadExecutor.shared.sleep(for: Self.keyRemovalInterval)) != nil
    }

    /// How often databases that cannot be written are looked at.
    private static let tendInterval = Duration.seconds(1)

    private static func tend(_ storage: Storage) async {
        while (try? await ThreadExecutor.shared.sleep(for: tendInterval)) != nil { storage.tend() }
    }

    private func page(_ path: String) -> (status: HTTPResponseStatus, body: String)? {
        switch path {
        case "/healthz": (.ok, "ok\n")
        case "/readyz": readiness
        case "/metrics": (.ok, metrics.render() + storage.statistics.prometheusText + storageGauges + gaugesText)
        default: nil
        }
    }

    private var readiness: (status: HTTPResponseStatus, body: String) {
        guard isReady.load(ordering: .acquiring) else { return (.serviceUnavailable, "not ready\n") }
        if let reason = storage.health.unreadiness { return (.serviceUnavailable, "not ready: \(reason)\n") }
        return (.ok, "ready\n")
    }

    private var storageGauges: String { storage.health.prometheusText }

    private var gaugesText: String {
        let gauges: [(name: String, value: Int)] = [
            ("organisations", credentials.organisationCount), ("streams_open", rpc.streams.streamCount),
            ("stream_tasks", rpc.streams.taskCount), ("stranger_held_bytes", rpc.strangers.used),
            ("memory_trims", ProcessMemory.shared.trimCount), ("connections_open", rpc.connections.all),
            ("connections_open_strangers", rpc.connections.strangers),
            ("admin_connections_open", adminPlaces.counts.all),
        ]
        return gauges.map { "# TYPE usher_\($0.name) gauge\nusher_\($0.name) \($0.value)\n" }.joined()
            + ProcessMemory.prometheusText
    }
}
