import ArgumentParser
import SwiftProtobuf
import UsherClient

/// What the commands share that work in an organisation.
struct OrganisationCallOptions: ParsableArguments {
    @OptionGroup var organisation: OrganisationOption
    @Flag(help: "Print JSON, a message a line, for scripts; refusals too.")
    var json = false
    @OptionGroup var connection: ConnectionOptions

    func withClient<Result>(_ work: (UsherClient) async throws -> Result) async throws -> Result {
        try await connection.withClient(organisation: organisation, work)
    }
}

/// What the commands share that work on the platform itself, with an operator's key.
struct PlatformCallOptions: ParsableArguments {
    @Flag(help: "Print JSON, a message a line, for scripts; refusals too.")
    var json = false
    @OptionGroup var connection: ConnectionOptions

    func withClient<Result>(_ work: (UsherClient) async throws -> Result) async throws -> Result {
        try await connection.withClient(work)
    }
}

/// Options with a choice between JSON and text for people.
protocol PrintingOptions {
    var json: Bool { get }
}

extension OrganisationCallOptions: PrintingOptions {}
extension PlatformCallOptions: PrintingOptions {}

extension PrintingOptions {
    /// Prints a message as JSON where that was asked for, and as `text` where not.
    func print(_ message: some Message, _ text: @autoclosure () throws -> String) throws {
        Swift.print(json ? try Readable.json(message) : try text())
    }
}
