import ArgumentParser

/// Says that a command does not exist, and which one was probably meant. The argument parser takes an unknown name for
/// an argument too many, and shows the help of everything for `help NAME`.
enum CommandNames {
    static func check(_ arguments: [String], _ root: any ParsableCommand.Type = Usher.self) throws {
        var arguments = arguments[...]
        if arguments.first == "help" { arguments = arguments.dropFirst() }
        var (command, path) = (root, "usher")
        for argument in arguments {
            let known = command.configuration.subcommands
            guard !known.isEmpty, !argument.hasPrefix("-") else { return }
            guard let next = known.first(where: { name(of: $0) == argument }) else {
                if argument == "help" { return }
                throw Failure(unknown(argument, known.map(name), path))
            }
            (command, path) = (next, "\(path) \(argument)")
        }
    }

    private static func unknown(_ name: String, _ known: [String], _ path: String) -> String {
        let near = known.map { ($0, distance($0, name)) }.filter { $0.1 <= max(1, name.count / 3) }
        let meant = near.min { $0.1 < $1.1 }.map { "did you mean '\($0.0)'?" }
        return "there is no command '\(path) \(name)'; \(meant ?? "there are: \(known.joined(separator: ", "))")"
    }

    private static func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? command._commandName
    }

    /// How many letters must be changed, added or taken away. Source: Levenshtein 1966.
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var (diagonal, before) = (row[0], index + 1)
            row[0] = before
            for column in right.indices {
                let cost = diagonal + (right[column] == letter ? 0 : 1)
                diagonal = row[column + 1]
                before = min(cost, diagonal + 1, before + 1)
                row[column + 1] = before
            }
        }
        return row[right.count]
    }
}
