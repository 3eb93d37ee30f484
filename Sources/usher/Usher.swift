import ArgumentParser
import Foundation

struct Usher: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usher",
        abstract: "The entitlement server: vouchers, access, and who may come in.",
        discussion: """
            Begin with:
              usher init --data data          # prints the operator's key, once
              usher serve --data data
              export USHER_ADDRESS=127.0.0.1:7420 USHER_KEY=ush_live_...
              usher org create nordfilm --name 'Nord Film'
              usher key create --organisation nordfilm --all-scopes
              usher whoami

            Exit statuses: 0 done, or yes; 1 no: a verdict or a refusal; 2 wrong use; 3 the server was not reached. With
            --json what is printed is JSON, errors on standard error too.

            Commands that end or take away something say what they would do, and do it with --yes.

            Completions for the shell: usher --generate-completion-script bash (or zsh, fish).
            """.prose,
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, InitCommand.self, DoctorCommand.self, OrganisationCommand.self, KeyCommand.self,
            SettingsCommand.self, WhoAmICommand.self, AuditCommand.self, AssetCommand.self, ViewerCommand.self,
            VoucherCommand.self, AccessCommand.self, SubscriptionCommand.self, ContactCommand.self, TicketCommand.self,
            CartCommand.self, PassCommand.self, ScanCommand.self, CallCommand.self,
        ])
}

/// The process: it parses, runs, and ends with a status that says what became of it.
@main
enum Main {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            try CommandNames.check(arguments)
            var command = try Usher.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch {
            // Help and the version are asked for, and go to standard output.
            if Usher.exitCode(for: error).isSuccess { Usher.exit(withError: error) }
            let ending = Ending(error)
            StandardError.print(arguments.contains("--json") ? ending.json : ending.text)
            Foundation.exit(ending.status.rawValue)
        }
    }
}
