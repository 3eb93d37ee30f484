import ArgumentParser
import Foundation
import Logging
import UsherServer
import UsherStorage

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a data directory, and print the operator's key on the last line, once.",
        discussion: """
            The key is also in DIR/operator.key, readable by its owner only. A directory that has a key already is left
            as it is.

            Example:
              export USHER_KEY=$(usher init --data data | tail -n 1)
            """.prose)

    @Option(help: ArgumentHelp("The data directory; made if it is missing, with those above it.", valueName: "dir"))
    var data: String

    func run() throws {
        var logger = Logger(label: "usher", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .warning
        do {
            guard let key = try DataDirectory.initialise(data, logger: logger) else {
                let path = OperatorKeyFile.path(in: data)
                let isThere = FileManager.default.fileExists(atPath: path)
                throw Failure(
                    "\(data) has an operator's key already, "
                        + (isThere ? "which is in \(path)" : "which was in \(path) and is not there any more"))
            }
            print("The operator's key, which is also in \(OperatorKeyFile.path(in: data)):")
            print(key)
        } catch StorageError.locked {
            throw Failure("the data directory \(data) is in use by another process")
        } catch let error as StorageError {
            throw Failure("cannot use the data directory \(data): \(error)")
        }
    }
}
