import Foundation
import Logging
import UsherRPC
import UsherStorage

/// What a process may do with its descriptors (RLIMIT_NOFILE), decided once, before it opens any: each part has its own
/// number, and together they fit.
///
/// An open organisation takes six: two connections to SQLite with database, WAL and shared memory each.
struct DescriptorBudget: Equatable {
    /// All that the process may have.
    let limit: Int
    /// For what is none of the rest: event loops, logs, the platform's database, files on their way to being open,
    /// connections that are being closed.
    let reserve: Int
    /// Connections of the operator's HTTP.
    let adminConnections: Int
    let connections: Int
    let openOrganisations: Int

    /// - Parameters:
    ///   - connections: how many are wanted; fewer where there is no room.
    ///   - openOrganisations: the same; nil for as many as are useful.
    ///   - cores: the machine's; threads that open files are as many.
    init(limit: Int, connections wantedConnections: Int, openOrganisations wanted: Int?, cores: Int) {
        let perOrganisation = StorageLimits.descriptorsPerOrganisation
        let places = max(1, wantedConnections)
        let organisations = max(1, min(wanted ?? StorageLimits.mostOpenOrganisations, limit))
        self.limit = limit
        reserve = min(limit / 4, Self.leastReserve + Self.reservePerCore * cores)
        adminConnections = max(1, min(Self.mostAdminConnections, limit / 16))
        let rest = max(perOrganisation + 1, limit - reserve - adminConnections)
        // Each side has half, and what the other leaves.
        let forOrganisations = rest - min(places, rest / 2)
        self.openOrganisations = max(1, min(organisations, forOrganisations / perOrganisation))
        self.connections = max(1, min(places, rest - self.openOrganisations * perOrganisation))
    }

    /// Loops, listeners, logs, the platform's database and signals take about forty; the rest is for what comes and
    /// goes.
    private static let leastReserve = 96
    private static let reservePerCore = 16
    private static let mostAdminConnections = 64

    /// What of a configuration had to be made smaller: name, what was wanted, what there is.
    func clamped(_ connections: Int, _ openOrganisations: Int?) -> [(name: String, wanted: Int, granted: Int)] {
        var found: [(name: String, wanted: Int, granted: Int)] = []
        if connections != RPCLimits.connections, connections > self.connections {
            found.append(("connections", connections, self.connections))
        }
        if let openOrganisations, openOrganisations > self.openOrganisations {
            found.append(("organisations", openOrganisations, self.openOrganisations))
        }
        return found
    }
}

extension DescriptorBudget {
    /// The budget of this process for a configuration, told in the log.
    init(_ configuration: ServerConfiguration, logger: Logger) {
        self.init(
            limit: StorageLimits.descriptorLimit, connections: configuration.rpc.connections,
            openOrganisations: configuration.storage.openOrganisations,
            cores: ProcessInfo.processInfo.activeProcessorCount)
        logger.info(
            "descriptors",
            metadata: [
                "limit": "\(limit)", "connections": "\(connections)", "organisations": "\(openOrganisations)",
                "admin": "\(adminConnections)", "reserve": "\(reserve)",
            ])
        for (name, wanted, granted) in clamped(configuration.rpc.connections, configuration.storage.openOrganisations) {
            logger.warning(
                "there are not enough descriptors for what is configured: raise the limit on open files",
                metadata: ["of": "\(name)", "wanted": "\(wanted)", "granted": "\(granted)"])
        }
    }

    /// The configuration with what there is room for.
    func fitted(_ configuration: ServerConfiguration) -> ServerConfiguration {
        var configuration = configuration
        configuration.rpc.connections = connections
        configuration.storage.openOrganisations = openOrganisations
        return configuration
    }
}
