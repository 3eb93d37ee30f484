import ArgumentParser

@main
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
              usher key create --organisation nordfilm
              usher call usher.session.v1.SessionService/WhoAmI '{}'

            Completions for the shell: usher --generate-completion-script bash (or zsh, fish).
            """,
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, InitCommand.self, OrganisationCommand.self, KeyCommand.self, VoucherCommand.self,
            AccessCommand.self, SubscriptionCommand.self, TicketCommand.self, CartCommand.self, PassCommand.self,
            ScanCommand.self, CallCommand.self, DoctorCommand.self,
        ])
}
