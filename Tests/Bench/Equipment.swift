import NIOCore
import NIOPosix
import UsherAPI
import UsherClient

/// What measurements run on: the echo server, a real server, the lanes without a wire. Made once; only what is needed.
final class Equipment: Sendable {
    let scratch: Scratch
    private let echoServer: WirePath?
    private let grpcEchoServer: GRPCPath?
    private let grpcBaseline: GRPCPath?
    private let wire: TestBed?
    private let direct: Lanes?

    /// Storage in this process, and the organisation in it.
    struct Lanes: Sendable {
        let path: LanePath
        let bed: TestBed
    }

    /// - Parameters:
    ///   - bench: this executable, which is the echo server too.
    ///   - usher: the executable whose `serve` is measured. It runs as a process of its own, because that is what users
    ///     run: its threads and its memory are then its own.
    ///   - grpcBaseline: the executable that is the echo server over gRPC; nil where there is none.
    ///   - viewers: how many have access.
    init(
        _ needs: Measurement.Needs, _ scratch: Scratch, bench: String, usher: String, grpcBaseline: String?,
        viewers: Int
    ) async throws {
        self.scratch = scratch
        // The load comes from one thread: with the server's it fills two cores.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        // As long as a real key, so that the frames are equally long.
        let someKey = "ush_live_0000000000000_" + String(repeating: "0", count: 41)
        echoServer =
            needs.contains(.echo)
            ? WirePath(server: try scratch.start(bench, ["echo-server"]), group: group, key: someKey) : nil
        grpcEchoServer =
            needs.contains(.grpcEcho)
            ? GRPCPath(server: try scratch.start(bench, ["grpc-echo-server"]), group: group, key: someKey) : nil
        self.grpcBaseline =
            try needs.contains(.grpcBaseline)
            ? grpcBaseline.map { GRPCPath(server: try scratch.start($0, []), group: group, key: someKey) } : nil
        wire = needs.contains(.server) ? try await Self.serve(scratch, usher, group, viewers) : nil
        guard needs.contains(.lanes) else {
            direct = nil
            return
        }
        let path = try LanePath(directory: "\(scratch.directory)/lanes")
        try await Self.createOrganisation(path)
        direct = Lanes(path: path, bed: try await TestBed(path, path, viewers: viewers))
    }

    func echo(_ shape: Shape, for duration: Duration) async throws -> Sample {
        try await echo(echoServer, shape, for: duration)
    }

    /// The echo on Usher's own transport, over gRPC.
    func grpcEcho(_ shape: Shape, for duration: Duration) async throws -> Sample {
        try await echo(grpcEchoServer, shape, for: duration)
    }

    /// The echo on grpc-swift-2.
    func grpcBaselineEcho(_ shape: Shape, for duration: Duration) async throws -> Sample {
        try await echo(grpcBaseline, shape, for: duration)
    }

    private func echo(_ path: (any CallPath)?, _ shape: Shape, for duration: Duration) async throws -> Sample {
        guard let path else { throw BenchFailure("the echo server was not started") }
        let questions = try Questions(viewers: "viewer-", assetID: TestBed.assetID)
        return try await path.load(
            Usher_Access_V1_AccessService.checkAccess.descriptor, shape, duration, next: questions.next,
            isRight: Questions.isYes)
    }

    func server() throws -> TestBed {
        guard let wire else { throw BenchFailure("the server was not started") }
        return wire
    }

    func lanes() throws -> Lanes {
        guard let direct else { throw BenchFailure("the lanes were not opened") }
        return direct
    }

    /// Stops what was started; the scratch directory is not this one's.
    func close() { direct?.path.shutdown() }

    private static func serve(
        _ scratch: Scratch, _ usher: String, _ group: any EventLoopGroup, _ viewers: Int
    ) async throws -> TestBed {
        let data = "\(scratch.directory)/server"
        let server = try scratch.start(
            usher, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--admin", "off", "--log-level", "warning"])
        let operatorKey = try Scratch.text(of: "\(data)/operator.key")
        let operatorClient = UsherClient(host: "127.0.0.1", port: server.port, key: operatorKey, group: group)
        try await createOrganisation(operatorClient)
        let organisations = Usher_Organisations_V1_OrganisationServiceClient(transport: operatorClient)
        let key = try await organisations.createApiKey(
            .with { $0.apiKey.name = "bench" }, options: CallOptions(organisation: TestBed.organisationID)
        ).secret
        await operatorClient.close()
        let client = UsherClient(host: "127.0.0.1", port: server.port, key: key, group: group)
        return try await TestBed(
            WirePath(server: server, group: group, key: key), client, viewers: viewers,
            grpc: GRPCPath(server: server, group: group, key: key))
    }

    private static func createOrganisation(_ transport: any UnaryTransport) async throws {
        _ = try await Usher_Organisations_V1_OrganisationServiceClient(transport: transport).createOrganisation(
            .with { $0.organisation = .with { ($0.organisationID, $0.name) = (TestBed.organisationID, "Bench") } })
    }
}
