import ArgumentParser
import Foundation
import UsherAPI
import UsherClient

struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call",
        abstract: "Call any method, with protobuf JSON in and out.",
        discussion: """
            A refusal prints code, reason and message on standard error, and exits 1; wrong words exit 2, and a server
            that is not reached 3. A request_id is filled in where
            the request has one and it is empty. A method that streams its responses prints each on a line of its own.

            Examples:
              usher call --list
              usher call usher.vouchers.v1.VoucherService/RedeemVoucher --template
              usher call usher.vouchers.v1.VoucherService/RedeemVoucher '{"code": "123456789", "viewerId": "anna"}'
              usher call usher.catalog.v1.CatalogService/GetAsset '{"assetId": "opening"}' --organisation nordfilm
              usher call usher.events.v1.EventService/WatchEvents '{"fromNow": true}'
            """.prose)

    @Flag(help: "Show every method.")
    var list = false
    @Flag(help: "Show the method's request with all of its fields.")
    var template = false
    @Argument(help: ArgumentHelp("The method: package.Service/Method.", valueName: "method"))
    var method: String?
    @Argument(help: ArgumentHelp("The request as JSON; '-' reads it from standard input.", valueName: "json"))
    var request = "{}"
    @OptionGroup var organisation: OrganisationOption
    @Flag(help: "Print what goes wrong as JSON, too.")
    var json = false
    @Option(help: ArgumentHelp("How long it may take: 500ms, 2s, 1m.", valueName: "time"))
    var timeout: TimeoutArgument?
    @Option(
        help: ArgumentHelp(
            "The viewer whose code is looked up, by a key with the scope vouchers:proxy.", valueName: "ip-address"))
    var viewerAddress: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        if list {
            for method in UsherAPI.methods { print(method.descriptor.fullName) }
            return
        }
        guard let name = method else {
            throw Failure("say which method to call; 'usher call --list' shows them all")
        }
        guard let method = UsherAPI.methods.first(where: { $0.descriptor.fullName == name }) else {
            throw Failure("there is no method '\(name)'; \(Self.hint(name))'usher call --list' shows them all")
        }
        if template {
            print(method.requestTemplate)
            for (place, values) in try RequestSchema().enumValues(of: method.descriptor.requestType) {
                StandardError.print("\(place): \(values.joined(separator: ", "))")
            }
            return
        }
        let json =
            request == "-" ? String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self) : request
        let payload: [UInt8]
        do {
            payload = try method.requestBytes(fromJSON: json, requestID: RequestIDs.random())
        } catch {
            let type = method.descriptor.requestType
            let problem = try RequestSchema().problem(in: json, as: type) ?? "one of its values is of another kind"
            throw Failure("this is no \(type): \(problem). 'usher call \(name) --template' shows one")
        }
        try await connection.withClient(
            organisation: organisation, timeout: timeout?.duration, viewerAddress: viewerAddress
        ) { client in
            switch method.descriptor.streaming {
            case .unary: show(try await method.responseJSON(from: client.call(method.descriptor, payload: payload)))
            case .serverStreaming:
                try await client.serverStream(
                    method.descriptor, payload: payload, options: .init(timeout: timeout?.duration)
                ) { show(try method.responseJSON(from: $0)) }
            case .clientStreaming, .bidirectional:
                throw Failure("\(name) takes a stream of requests, and this command sends one")
            }
        }
    }

    /// The methods that end as this one does.
    private static func hint(_ name: String) -> String {
        let last = name.split(separator: "/").last.map(String.init) ?? name
        let near = UsherAPI.methods.map(\.descriptor).filter {
            CommandNames.distance($0.name.lowercased(), last.lowercased()) <= 2
        }
        return near.first.map { "did you mean '\($0.fullName)'? " } ?? ""
    }

    /// At once, whatever standard output is: who watches wants to see.
    private func show(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
