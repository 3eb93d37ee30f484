import Foundation
import Testing
import UsherClient

/// What a script reads of the command line: statuses, JSON, and where more is to be had.
@Suite struct CommandLineStatusTests {
    @Test func aScriptTellsNoFromWrongUseAndFromAServerThatIsDown() throws {
        let server = ServerProcess()
        try server.start()
        let usher = try server.makeOrganisation("nordfilm")
        _ = try usher("asset", "create", "opening", "--type", "live_event", "--title", "Opening Night")
        #expect(try usher("access", "check", "--viewer", "anna", "--asset", "opening").status == 1)
        #expect(try usher("access", "grant", "anna", "--asset", "opening").status == 0)
        #expect(try usher("access", "check", "--viewer", "anna", "--asset", "opening").status == 0)
        #expect(try usher("access", "check", "--asset", "opening").status == 2)
        #expect(try usher("access", "chek").status == 2)
        let http = try server.usher(["whoami", "--address", "127.0.0.1:\(server.adminPort)"])
        #expect(http.status == 3 && http.errors.contains("not where health and metrics are"))
        let encrypted = try server.usher(["whoami", "--tls"])
        #expect(encrypted.status == 3 && encrypted.errors.contains("leave --tls out"))
        #expect(!encrypted.errors.contains("NIO") && !encrypted.errors.contains("/"))
        #expect(server.terminate() == 0)
        #expect(try usher("access", "check", "--viewer", "anna", "--asset", "opening").status == 3)
    }

    @Test func aNameThatIsNoneIsAnsweredWithWhatWasMeant() throws {
        let server = ServerProcess()
        let typo = try server.usher("vuocher", "list")
        #expect(
            typo.status == 2 && typo.errors == "usher: there is no command 'usher vuocher'; did you mean 'voucher'?\n")
        #expect(try server.usher("help", "nope").status == 2)
        #expect(try server.usher("help", "voucher", "lst").errors.contains("did you mean 'list'?"))
        let help = try server.usher("help", "voucher")
        #expect(help.status == 0 && help.output.contains("generate"))
        let method = try server.usher("call", "usher.vouchers.v1.VoucherService/RedemVoucher")
        #expect(
            method.status == 2
                && method.errors.contains("did you mean 'usher.vouchers.v1.VoucherService/RedeemVoucher'?"))
    }

    @Test func aRequestThatIsNoneIsExplained() throws {
        let server = ServerProcess()
        let method = "usher.vouchers.v1.VoucherService/CreateVoucher"
        for (json, expected) in [
            (
                #"{"voucher": {"effect": "GIFT"}}"#,
                "voucher.effect cannot be 'GIFT'; it is one of VOUCHER_EFFECT_ACCESS, "
            ),
            (#"{"voucher": {"code": 5}}"#, "voucher.code must be a text in quotes"),
            (#"{"voucher": {"usageLimit": "many"}}"#, "voucher.usageLimit must be a number"),
            (#"{"voucher": {"scope": {"assetIds": "opening"}}}"#, "voucher.scope.assetIds must be a list in brackets"),
            (#"{"voucher": "#, "it is no JSON"),
        ] {
            let answer = try server.usher("call", method, json, "--key", "none")
            #expect(answer.status == 2 && answer.errors.contains(expected), "\(json): \(answer.errors)")
        }
        let template = try server.usher("call", method, "--template")
        #expect(template.output.hasPrefix("{") && template.errors.contains("voucher.effect: VOUCHER_EFFECT_ACCESS, "))
    }

    @Test func errorsAreJSONWhereJSONWasAskedFor() throws {
        let server = ServerProcess()
        try server.start()
        let usher = try server.makeOrganisation("nordfilm")
        let refused = try usher("voucher", "show", "NOPE", "--json")
        #expect(refused.status == 1 && refused.errors.contains(#""reason":"VOUCHER_NOT_FOUND""#))
        #expect(refused.errors.hasPrefix(#"{"error":{"code":"NOT_FOUND","exitStatus":1"#))
        #expect(try usher("voucher", "lst", "--json").errors.hasPrefix(#"{"error":{"code":"WRONG_USE""#))
        let unnamed = try server.usher("voucher", "list", "--json")
        #expect(unnamed.errors.contains("USHER_ORGANISATION"))
        #expect(try server.usher("org", "list", "--json").output.contains(#""organisationId":"nordfilm""#))
        #expect(try server.usher("org", "show", "nordfilm", "--json").output.contains(#""name":"nordfilm""#))
        #expect(try usher("key", "list", "--json").output.isEmpty)
        #expect(server.terminate() == 0)
    }

    @Test func aListSaysWhereThereIsMoreAndWhereThereIsNothing() throws {
        let server = ServerProcess()
        try server.start()
        let usher = try server.makeOrganisation("nordfilm")
        let none = try usher("voucher", "list")
        #expect(none.output.isEmpty && none.errors == "no vouchers\n")
        _ = try usher("asset", "create", "opening", "--type", "live_event")
        _ = try usher("voucher", "generate", "--asset", "opening", "--count", "1001", "--batch", "autumn")
        let some = try usher("voucher", "list", "--batch", "autumn")
        #expect(
            some.output.split(separator: "\n").count == 101 && some.errors == "100 of 1,001 vouchers; --all for all\n")
        let first = try usher("voucher", "list", "--limit", "2")
        #expect(first.errors == "the first 2 vouchers; --all for all\n")
        let all = try usher("voucher", "list", "--all")
        #expect(all.output.split(separator: "\n").count == 1_002 && all.errors.isEmpty)
        for list in [["access"], ["viewer"], ["contact"], ["subscription"], ["ticket"], ["key"]] {
            let empty = try usher(list + ["list"])
            #expect(empty.status == 0 && empty.output.isEmpty && empty.errors.hasPrefix("no "), "\(list)")
        }
        #expect(server.terminate() == 0)
    }

    @Test func timesAreWrittenAsPeopleSayThem() throws {
        let server = ServerProcess()
        try server.start()
        let usher = try server.makeOrganisation("nordfilm")
        #expect(try usher("settings", "set", "timeZone", "Europe/Stockholm").output == "timeZone is Europe/Stockholm\n")
        let day = try usher("access", "grant", "anna", "--from", "2098-12-31", "--until", "2098-12-31", "--json")
        #expect(day.output.contains(#""startTime":"2098-12-30T23:00:00Z""#))
        #expect(day.output.contains(#""expireTime":"2098-12-31T22:59:59Z""#))
        #expect(try usher("access", "grant", "anna", "--until", "2d").status == 0)
        #expect(try usher("access", "grant", "anna", "--until", "tomorrow").status == 0)
        #expect(try usher("access", "grant", "anna", "--until", "2098-02-30").status == 2)
        #expect(try usher("access", "grant", "anna", "--until", "someday").status == 2)
        #expect(server.terminate() == 0)
    }

    @Test func settingsAreReadAndChangedOneByOne() throws {
        let server = ServerProcess()
        try server.start()
        let usher = try server.makeOrganisation("nordfilm")
        let all = try usher("settings", "get")
        #expect(all.output.contains("pointOfSales.allowTakeBackInjected  false"))
        #expect(all.output.contains("concurrentSessionLimit") && !all.output.contains("etag"))
        #expect(try usher("settings", "set", "concurrentSessionLimit", "2").status == 0)
        #expect(try usher("settings", "get", "concurrentSessionLimit").output == "2\n")
        #expect(try usher("settings", "set", "concurrentSessionLimit", "none").status == 0)
        #expect(try usher("settings", "get", "concurrentSessionLimit").output == "none\n")
        let policy = try usher("settings", "set", "concurrentSessionPolicy", "SOMETIMES")
        #expect(policy.status == 2 && policy.errors.contains("CONCURRENT_SESSION_POLICY_DENY"))
        let conflict = try usher("settings", "set", "pointOfSales.takeBackDownloaded", "TAKE_BACK_DOWNLOADED_RELAY")
        #expect(conflict.status == 1 && conflict.errors.contains("SETTING_CONFLICT"))
        #expect(conflict.errors.contains("usher settings set pointOfSales.allowTakeBackInjected"))
        #expect(try usher("settings", "get", "colour").status == 2)
        #expect(server.terminate() == 0)
    }

    @Test func aKeyIsGivenWhatIsNamed() throws {
        let server = ServerProcess()
        try server.start()
        let usher = try server.makeOrganisation("nordfilm")
        let unnamed = try usher("key", "create", "--name", "door")
        #expect(unnamed.status == 2 && unnamed.errors.contains("--all-scopes"))
        #expect(try server.usher("key", "create", "--scopes", "access:check").errors.contains("--organisation ID"))
        let made = try usher("key", "create", "--name", "door", "--scopes", "access:check", "--json")
        let id = try #require(made.output.firstMatch(of: /key_\w+/)).output
        #expect(try usher("key", "show", String(id)).output.contains("scopes        access:check"))
        #expect(try usher("key", "list").output.contains("\(id)  door  live"))
        #expect(try usher("key", "show", "key_none").status == 1)
        #expect(server.terminate() == 0)
    }

    @Test func whoIsCalledStandsInAProfileOrInTheEnvironment() throws {
        let server = ServerProcess()
        try server.start()
        let usher = try server.makeOrganisation("nordfilm")
        let home = "\(server.directory)/home"
        try FileManager.default.createDirectory(atPath: "\(home)/usher", withIntermediateDirectories: true)
        let profile = """
            {"nord": {"address": "127.0.0.1:\(server.port)", "key": "\(try server.operatorKey)",
                      "organisation": "nordfilm"}}
            """
        try profile.write(toFile: "\(home)/usher/profiles.json", atomically: true, encoding: .utf8)
        let environment = ["XDG_CONFIG_HOME": home, "USHER_ADDRESS": "127.0.0.1:1", "USHER_KEY": "none"]
        let named = try server.usher(["whoami", "--profile", "nord"], environment: environment)
        #expect(named.status == 0 && named.output.contains("organisation  nordfilm"))
        let missing = try server.usher(["whoami", "--profile", "south"], environment: environment)
        #expect(missing.status == 2 && missing.errors.contains("nord"))
        let assumed = try server.usher(
            ["whoami"],
            environment: [
                "XDG_CONFIG_HOME": home, "USHER_ADDRESS": "", "USHER_KEY": "", "USHER_PROFILE": "nord",
            ])
        #expect(assumed.output.contains("organisation  nordfilm"))
        let acting = try server.usher(["whoami"], environment: ["USHER_ORGANISATION": "nordfilm"])
        #expect(acting.output.contains("organisation  nordfilm"))
        #expect(try usher("audit").errors == "no entries\n")
        #expect(server.terminate() == 0)
    }

    @Test func anOrganisationIsSuspendedByName() throws {
        let server = ServerProcess()
        try server.start()
        let usher = try server.makeOrganisation("nordfilm")
        #expect(
            try server.usher("org", "suspend", "nordfilm").output
                == "would refuse every call of nordfilm ('nordfilm'): --yes does it\n")
        #expect(try usher("settings", "get").status == 0)
        #expect(try server.usher("org", "suspend", "nordfilm", "--yes").output == "suspended nordfilm\n")
        #expect(try usher("settings", "get").errors.contains("ORGANISATION_SUSPENDED"))
        #expect(try server.usher("org", "resume", "nordfilm").output == "resumed nordfilm\n")
        #expect(try usher("viewer", "show", "anna").errors.contains("VIEWER_NOT_FOUND"))
        _ = try usher("access", "grant", "anna")
        #expect(try usher("viewer", "deactivate", "anna").output.hasPrefix("would shut out anna"))
        #expect(try usher("viewer", "deactivate", "anna", "--yes").output == "deactivated anna\n")
        #expect(try usher("viewer", "list").output.contains("deactivated"))
        #expect(try usher("viewer", "reactivate", "anna").output == "reactivated anna\n")
        let audit = try usher("audit", "--of", "anna")
        #expect(audit.output.contains("viewer.reactivated"))
        #expect(server.terminate() == 0)
    }
}
