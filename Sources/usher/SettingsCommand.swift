import ArgumentParser
import Foundation
import SwiftProtobuf
import UsherAPI
import UsherClient

struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "The settings of an organisation.", subcommands: [Get.self, Set.self])

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the settings, or one of them.",
            discussion: """
                Examples:
                  usher settings get
                  usher settings get timeZone
                """.prose)

        @Argument(help: "One setting's name: timeZone, pointOfSales.takeBackDownloaded.")
        var name: String?
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let settings = try await OrganisationClient(transport: client).getSettings(.init())
                if options.json, name == nil { return print(try Readable.json(settings)) }
                let values = try SettingValues(settings)
                if let name { return print(try values.text(of: name)) }
                values.print()
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change one setting; the others stay.",
            discussion: """
                Examples:
                  usher settings set timeZone Europe/Stockholm
                  usher settings set pointOfSales.allowTakeBackInjected true
                  usher settings set concurrentSessionLimit none
                """.prose)

        @Argument(help: "Its name, as 'usher settings get' shows it.")
        var name: String
        @Argument(help: "Its value; 'none' for no value.")
        var value: String
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let organisations = OrganisationClient(transport: client)
                var values = try SettingValues(try await organisations.getSettings(.init()))
                try values.set(name, to: value)
                let message = try values.message()
                let changed = try await organisations.updateSettings(
                    .with {
                        $0.settings = message
                        $0.updateMask.paths = [SettingValues.path(name)]
                    })
                if options.json { return print(try Readable.json(changed)) }
                print("\(name) is \(try SettingValues(changed).text(of: name))")
            }
        }
    }
}

typealias OrganisationClient = Usher_Organisations_V1_OrganisationServiceClient

/// Settings by their names in JSON, those inside another one with a point: `pointOfSales.takeBacksPerDay`.
private struct SettingValues {
    private var values: [String: JSONValue]

    /// What a caller cannot set.
    private static let outputs: Swift.Set = ["organisationId", "updateTime", "etag"]

    init(_ settings: Usher_Organisations_V1_Settings) throws {
        // What is false or absent is not in the JSON, and is a setting all the same.
        values = [
            "singleIpProtection": .bool(false), "requireKnownViewers": .bool(false), "concurrentSessionLimit": .null,
        ]
        values["pointOfSales.allowTakeBackInjected"] = .bool(false)
        let data = Data(try settings.jsonString().utf8)
        for (name, value) in try JSONDecoder().decode([String: JSONValue].self, from: data) {
            if case .object(let members) = value {
                for (inner, member) in members { values["\(name).\(inner)"] = member }
            } else if !Self.outputs.contains(name) {
                values[name] = value
            }
        }
    }

    private var names: [String] { values.keys.sorted() }

    func text(of name: String) throws -> String {
        guard let value = values[name] else {
            throw Failure("there is no setting '\(name)'; there are: \(names.joined(separator: ", "))")
        }
        return value.text
    }

    func print() {
        var table = Table("SETTING", "VALUE")
        for name in names { table.add(name, values[name]?.text ?? "none") }
        table.print()
    }

    mutating func set(_ name: String, to text: String) throws {
        _ = try self.text(of: name)
        values[name] =
            switch text {
            case "none": .null
            case "true": .bool(true)
            case "false": .bool(false)
            default: Int(text).map { .number(Double($0)) } ?? .string(text)
            }
    }

    func message() throws -> Usher_Organisations_V1_Settings {
        var members: [String: JSONValue] = [:]
        for (name, value) in values {
            let parts = name.split(separator: ".").map(String.init)
            guard parts.count == 2 else {
                members[name] = value
                continue
            }
            guard case .object(var inner)? = members[parts[0]] ?? .object([:]) else { continue }
            inner[parts[1]] = value
            members[parts[0]] = .object(inner)
        }
        let json = String(decoding: try JSONEncoder().encode(JSONValue.object(members)), as: UTF8.self)
        do {
            return try Usher_Organisations_V1_Settings(jsonString: json)
        } catch {
            let type = Usher_Organisations_V1_Settings.protoMessageName
            throw Failure(try RequestSchema().problem(in: json, as: type) ?? "this is no value for the setting")
        }
    }

    /// The name in the proto: `point_of_sales.take_backs_per_day`.
    static func path(_ name: String) -> String {
        name.reduce(into: "") { path, letter in
            if letter.isUppercase { path += "_" }
            path += letter.lowercased()
        }
    }
}
