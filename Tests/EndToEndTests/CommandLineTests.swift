import Foundation
import Testing
import UsherClient

/// The `usher` binary as a newcomer uses it.
@Suite struct CommandLineTests {
    @Test func aFirstEvening() async throws {
        let server = ServerProcess()
        try server.start()
        let key = try server.operatorKey
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(server.directory)/operator.key")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)

        #expect(try server.usher("org", "create", "nordfilm", "--name", "Nord Film").status == 0)
        let again = try server.usher("org", "create", "nordfilm")
        #expect(again.status == 1 && again.errors.contains("ALREADY_EXISTS ORGANISATION_EXISTS"))
        #expect(try server.usher("org", "list").output.contains("\nnordfilm  active "))
        let created = try server.usher("key", "create", "--organisation", "nordfilm", "--scopes", "access:check")
        let lines = created.output.split(separator: "\n").map(String.init)
        #expect(lines.last?.hasPrefix("ush_live_") == true && !created.output.contains(key))
        let keyID = try #require(lines.first?.split(separator: " ").last.map(String.init))

        let who = try server.usher("call", "usher.session.v1.SessionService/WhoAmI", "--key", lines[1])
        #expect(who.output.contains(#""organisationId":"nordfilm""#) && who.output.contains("access:check"))
        let plan = try server.usher("key", "revoke", keyID, "--organisation", "nordfilm")
        #expect(plan.output == "would revoke \(keyID) '', which is live: --yes does it\n")
        #expect(try server.usher("key", "revoke", keyID, "--organisation", "nordfilm", "--yes").status == 0)
        let revoked = try server.usher("call", "usher.session.v1.SessionService/WhoAmI", "--key", lines[1])
        #expect(revoked.status == 1 && revoked.errors.hasPrefix("UNAUTHENTICATED KEY_REVOKED: "))

        let call = "usher.vouchers.v1.VoucherService/CreateVoucher"
        let made = try server.usher("call", call, #"{"voucher": {"code": "HELLO"}}"#, "--organisation", "nordfilm")
        #expect(made.status == 0 && made.output.contains(#""code":"HELLO""#))
        let unknown = try server.usher("call", "usher.vouchers.v1.VoucherService/Nothing", "{}")
        #expect(unknown.status == 2 && unknown.errors.contains("--list"))
        let wrong = try server.usher("call", call, #"{"vaucher": {}}"#)
        #expect(
            wrong.status == 2 && wrong.errors.contains("the request has no field 'vaucher'; did you mean 'voucher'?"))
        #expect(try server.usher("call", "--list").output.contains("usher.access.v1.AccessService/CheckAccess\n"))
        #expect(try server.usher("serve", "--data", server.directory).errors.contains("in use by another process"))
        #expect(server.terminate() == 0)
        let gone = try server.usher("org", "list")
        #expect(
            gone.status == 3 && gone.errors.contains("nobody listens there") && gone.errors.contains("USHER_ADDRESS"))
    }

    @Test func vouchersAndAccessByHand() throws {
        let server = ServerProcess()
        try server.start()
        let usher = try server.makeOrganisation("nordfilm")
        _ = try usher(
            "call", "usher.catalog.v1.CatalogService/CreateAsset",
            #"{"asset": {"assetId": "opening", "type": "ASSET_TYPE_LIVE_EVENT", "title": "Opening Night"}}"#)
        let generated = try usher("voucher", "generate", "--asset", "opening", "--count", "12")
        let codes = generated.output.split(separator: "\n").map(String.init)
        #expect(Set(codes).count == 12 && generated.errors.hasPrefix("batch bat_"))

        let file = "\(server.directory)/codes.txt"
        try "WELCOME\n\nwelcome\n\(codes[0])\nSECOND\n".write(toFile: file, atomically: true, encoding: .utf8)
        let imported = try usher("voucher", "import", file, "--asset", "opening")
        #expect(imported.status == 1 && imported.output.contains("created 2 in batch bat_"))
        #expect(imported.errors.contains("line 3: CODE_REPEATED") && imported.errors.contains("line 4: CODE_TAKEN"))
        let atomic = try usher("voucher", "import", file, "--atomic")
        #expect(atomic.status == 1 && atomic.errors.hasPrefix("ALREADY_EXISTS CODE_TAKEN: Row 1"))
        let table = "\(server.directory)/codes.csv"
        try "Name,code,order_id,note\r\n\"Anna, press\",PRESS-1,ORD-9,\"a\nb\"\r\n\r\n,welcome,,\r\n,PRESS-2,,\r\n"
            .write(toFile: table, atomically: true, encoding: .utf8)
        let rows = try usher("voucher", "import", table, "--batch", "press")
        #expect(rows.status == 1 && rows.output.contains("created 2 in batch press, 1 refused"))
        #expect(rows.errors.contains("row 4: CODE_TAKEN"))
        #expect(try usher("voucher", "show", "press-1").output.contains("Anna, press"))
        #expect(try usher("voucher", "list", "--search", "ord-9").output.contains("PRESS-1"))
        try "code\nGOOD\nB\"AD\n".write(toFile: table, atomically: true, encoding: .utf8)
        let unreadable = try usher("voucher", "import", table)
        #expect(unreadable.status == 2 && unreadable.errors.contains("row 3: A quote stands inside a field"))

        let listed = try usher("voucher", "list", "--limit", "3")
        #expect(listed.output.split(separator: "\n").count == 4 && listed.output.hasPrefix("ID "))
        #expect(try usher("voucher", "list", "--limit", "0", "--json").output.split(separator: "\n").count == 16)
        #expect(try usher("voucher", "list", "--search", " welcome").output.contains("WELCOME"))

        #expect(try usher("access", "check", "--viewer", "anna", "--asset", "opening").output == "no: NO_ACCESS\n")
        #expect(try usher("voucher", "redeem", "welcome", "--viewer", "anna").output.hasPrefix("redeemed: access acc_"))
        let allowed = try usher("access", "check", "--viewer", "anna", "--asset", "opening")
        #expect(allowed.status == 0 && allowed.output.hasPrefix("yes until "))
        let shown = try usher("voucher", "show", "Welcome")
        #expect(shown.output.contains("1 of 1") && shown.output.contains("anna"))
        #expect(try usher("voucher", "expire", "WELCOME").output.hasPrefix("would expire WELCOME, which is "))
        #expect(try usher("access", "check", "--viewer", "anna", "--asset", "opening").status == 0)
        #expect(try usher("voucher", "expire", "WELCOME", "--yes").status == 0)
        #expect(try usher("access", "check", "--viewer", "anna", "--asset", "opening").status == 1)

        let granted = try usher("access", "grant", "bob", "--until", "2099-01-01T00:00:00+01:00")
        let accessID = try #require(granted.output.split(whereSeparator: \.isWhitespace).last.map(String.init))
        let verdict = try usher("access", "check", "--viewer", "bob", "--asset", "opening", "--json")
        #expect(verdict.output.contains(#""expireTime":"2098-12-31T23:00:00Z""#))
        let list = try usher("access", "list", "--viewer", "bob", "--active")
        #expect(list.output.contains(accessID) && list.output.contains("everything") && list.output.hasPrefix("ID "))
        #expect(try usher("access", "search", "GRANTED", "--by", "type", "--json").output.contains(accessID))
        #expect(try usher("access", "search", "bob@example.org").output.isEmpty)
        #expect(
            try usher("access", "extend", accessID, "--until", "2100-01-01T00:00:00Z").output
                == "extended \(accessID) until 2100-01-01T00:00:00Z\n")
        let revocation = ["access", "revoke", accessID, "--reason", "chargeback"]
        #expect(
            try usher(revocation).output
                == "would end the access of bob to everything, which is active: --yes does it\n")
        #expect(try usher(revocation + ["--yes"]).output == "revoked \(accessID)\n")
        #expect(try usher("access", "check", "--viewer", "bob", "--asset", "opening").status == 1)
        #expect(try server.usher("--generate-completion-script", "bash").output.hasPrefix("#!/bin/bash"))
        #expect(server.terminate() == 0)
    }

    /// A support evening: a batch that ends, more time for one viewer, and who may use a voucher at all.
    @Test func vouchersInCareByHand() throws {
        let server = ServerProcess()
        try server.start()
        let usher = try server.makeOrganisation("nordfilm")
        _ = try usher(
            "call", "usher.catalog.v1.CatalogService/CreateAsset",
            #"{"asset": {"assetId": "opening", "type": "ASSET_TYPE_LIVE_EVENT", "title": "Opening Night"}}"#)
        let generated = try usher("voucher", "generate", "--asset", "opening", "--count", "3", "--batch", "press")
        let codes = generated.output.split(separator: "\n").map(String.init)
        let later = "2099-01-01T00:00:00+01:00"
        #expect(try usher("voucher", "reset", codes[0], "--until", later).errors.contains("VOUCHER_NOT_REDEEMED"))
        #expect(try usher("voucher", "redeem", codes[0], "--viewer", "anna").status == 0)
        #expect(try usher("voucher", "reset", codes[0], "--until", later).output.hasSuffix("2098-12-31T23:00:00Z\n"))
        #expect(try usher("voucher", "reset", codes[0], "--until", "someday").status == 2)
        #expect(try usher("voucher", "sessions", codes[0]).output.isEmpty)

        let file = "\(server.directory)/viewers.csv"
        try "email\nderby@mail.com\nrubbish\n".write(toFile: file, atomically: true, encoding: .utf8)
        let added = try usher("voucher", "emails", codes[1], "--add", "carl@mail.com", "--add-file", file)
        #expect(added.status == 1 && added.output == "added 1, now 1\nadded 1, now 2\n")
        #expect(added.errors.contains("row 3: EMAIL_INVALID"))
        #expect(try usher("voucher", "emails", codes[1]).output == "carl@mail.com\nderby@mail.com\n")
        let refused = try usher("voucher", "redeem", codes[1], "--viewer", "anna")
        #expect(refused.status == 1 && refused.errors.contains("NOT_ELIGIBLE"))
        #expect(try usher("voucher", "emails", codes[1], "--remove", "Carl@mail.com").output == "removed 1, now 1\n")
        #expect(try usher("voucher", "show", codes[1]).output.contains("e-mails"))

        let batch = try usher("voucher", "batch", "press")
        #expect(batch.output.contains("redeemed") && batch.output.hasPrefix("FIELD"))
        let dry = try usher("voucher", "batch", "press", "--expire")
        #expect(dry.output == "would expire 3 vouchers, 1 accesses with them: --yes does it\n")
        let ended = try usher("voucher", "batch", "press", "--expire", "--yes")
        #expect(ended.output == "expired 3 vouchers, 1 accesses with them\n")
        #expect(try usher("access", "check", "--viewer", "anna", "--asset", "opening").status == 1)
        #expect(try usher("voucher", "batch", "none").errors.contains("BATCH_NOT_FOUND"))
        #expect(server.terminate() == 0)
    }

    @Test func passesAndScansByHand() async throws {
        let server = ServerProcess()
        try server.start()
        let usher = try server.makeOrganisation("theatre")
        let client = try server.client(organisation: "theatre")
        let nights = try await client.createNights(2)
        let order = try await client.admissions.createOrder(.init())
        let pass = try await client.admissions.assignPass(
            .with { ($0.orderID, $0.performanceIds, $0.holderName) = (order.orderID, nights, "Anna") })
        await client.close()
        let before = try usher("pass", "show", pass.passID)
        #expect(before.output.contains("not printed") && before.output.contains("Anna"))
        let printed = try usher("pass", "print", pass.passID)
        let words = printed.output.split(whereSeparator: { " ,\n".contains($0) }).map(String.init)
        #expect(printed.output.hasSuffix("opens 2\n"))
        let barcode = words[5]
        #expect(try usher("scan", barcode, "--performance", "night-1", "--check").output == "OK\n")
        let entry = try usher("scan", barcode, "--performance", "night-1", "--gate", "north")
        #expect(entry.status == 0 && entry.output.hasPrefix("OK  scn_"))
        let again = try usher("scan", barcode, "--performance", "night-1")
        #expect(again.status == 1 && again.output.hasPrefix("ALREADY_USED 20") && again.output.contains("at north"))
        #expect(try usher("scan", barcode, "--performance", "night-1", "--exit").status == 0)
        #expect(try usher("pass", "show", pass.passID).output.contains("outside"))
        let plan = try usher("pass", "print", pass.passID, "--again")
        #expect(plan.output == "would make a new card of \(pass.passID), and let card 1 die: --yes does it\n")
        #expect(try usher("pass", "print", pass.passID, "--again", "--yes").output.hasPrefix("card 2 of pas_"))
        let dead = try usher("scan", barcode, "--performance", "night-2", "--check")
        #expect(dead.status == 1 && dead.output == "SUPERSEDED\n")
        #expect(try usher("pass", "print", pass.passID, "--reason", "lost").status == 2)
        let cancel = "usher.admission.v1.AdmissionService/CancelPass"
        #expect(try usher("call", cancel, #"{"passId": "\#(pass.passID)"}"#).status == 0)
        let cancelled = try usher("pass", "print", pass.passID)
        #expect(cancelled.status == 1 && cancelled.errors.contains("\(pass.passID) was cancelled"))
        #expect(try usher("scan", barcode, "--performance", "none").errors.hasPrefix("NOT_FOUND PERFORMANCE_NOT_FOUND"))
        #expect(server.terminate() == 0)
    }

    @Test func ticketsAndCartsByHand() throws {
        let server = ServerProcess()
        try server.start()
        let usher = try server.makeOrganisation("fcgeneva")
        func call(_ method: String, _ json: String) throws -> String {
            let made = try usher("call", "usher.\(method)", json)
            #expect(made.status == 0, "\(made.errors)")
            return made.output
        }
        func id(_ json: String, _ prefix: String) throws -> [String] {
            json.matches(of: try Regex("\(prefix)_[0-9a-z]{13}")).map { String(json[$0.range]) }
        }
        let settings = #"{"settings": {"pointOfSales": {"allowTakeBackInjected": true}}, "updateMask": "pointOfSales"}"#
        _ = try call("organisations.v1.OrganisationService/UpdateSettings", settings)
        let asset = #"{"asset": {"assetId": "final", "type": "ASSET_TYPE_PERFORMANCE", "title": "Final"}}"#
        _ = try call("catalog.v1.CatalogService/CreateAsset", asset)
        let service = "distribution.v1.DistributionService"
        var contacts: [String] = []
        for (name, kind) in [("desk", "RELAY"), ("anna", "INDIVIDUAL"), ("bob", "INDIVIDUAL")] {
            let contact = #"{"contact": {"email": "\#(name)@fc.example", "kind": "CONTACT_KIND_\#(kind)"}}"#
            contacts += try id(try call("\(service)/CreateContact", contact), "ctc")
        }
        let registered = try call(
            "\(service)/RegisterTickets",
            """
            {"performanceId": "final", "ownerContactId": "\(contacts[0])", "tickets": [{"seat": "1"}, {"seat": "2"}]}
            """)
        let tickets = try id(registered, "tkt")
        _ = try call(
            "\(service)/AddToCart", #"{"actingContactId": "\#(contacts[0])", "ticketIds": ["\#(tickets[0])"]}"#)
        _ = try call(
            "\(service)/AllocateCartItems",
            """
            {"actingContactId": "\(contacts[0])", "ticketIds": ["\(tickets[0])"], "guestContactId": "\(contacts[1])"}
            """)
        #expect(try usher("cart", "show", "--as", "desk@fc.example").output.contains("anna@fc.example"))
        let planned = try usher("cart", "validate", "--all", "--as", "desk@fc.example")
        #expect(planned.output == "would distribute 1; 0 left in the cart: --yes does it\n")
        let validated = try usher("cart", "validate", "anna@fc.example", "--as", "desk@fc.example", "--yes")
        #expect(validated.output == "distributed 1; 0 left in the cart\n")
        #expect(try usher("cart", "show", "--as", "desk@fc.example").output.contains("is empty"))
        let listed = try usher("ticket", "list", "--as", "desk@fc.example", "--distributed", "--take-back-possible")
        #expect(listed.output.split(separator: "\n").count == 2 && listed.output.contains(tickets[0]))
        #expect(try usher("ticket", "show", tickets[0]).output.contains("distributed by  desk@fc.example"))

        let file = "\(server.directory)/tickets.csv"
        let csv = try usher("ticket", "export", "--as", "desk@fc.example").output
        #expect(csv.split(separator: "\r\n").count == 3)
        var lines = csv.split(separator: "\r\n").map(String.init)
        for index in 1...2 { lines[index] += index == 1 ? "bob@fc.example" : "eve@fc.example" }
        try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
        let imported = try usher("ticket", "import", file, "--as", "desk@fc.example", "--reason", "list", "--yes")
        #expect(imported.status == 1 && imported.errors.hasPrefix("row 3: CONTACT_NOT_FOUND"))
        #expect(imported.output == "distributed 0, taken back 1, unchanged 0, refused 1\n")
        let taken = try usher(
            "ticket", "take-back", "--performance", "final", "--as", "desk@fc.example", "--reason", "rain", "--yes")
        #expect(taken.status == 0 && taken.output == "\(tickets[0])\n" && taken.errors == "took back 1\n")
        #expect(try usher("ticket", "show", tickets[0]).output.contains("rain"))
        let again = try usher("ticket", "take-back", tickets[0], "--as", contacts[0], "--reason", "rain", "--yes")
        #expect(again.status == 1 && again.errors.hasPrefix("FAILED_PRECONDITION NOT_DISTRIBUTED"))
        #expect(server.terminate() == 0)
    }

    @Test func subscriptionsByHand() throws {
        let server = ServerProcess()
        try server.start()
        let usher = try server.makeOrganisation("adeprimo")
        _ = try usher(
            "call", "usher.catalog.v1.CatalogService/CreatePackage",
            #"{"package": {"packageId": "digital", "title": "Digital"}}"#)
        let made = try usher(
            "call", "usher.subscriptions.v1.SubscriptionService/CreateSubscription",
            """
            {"viewerId": "anna", "packageId": "digital", "type": "SUBSCRIPTION_TYPE_RECURRING", "activate": true,
             "period": {"unit": "CALENDAR_UNIT_MONTH", "length": 1}}
            """)
        let id = try #require(made.output.firstMatch(of: /sub_\w{13}/)).output
        let listed = try usher("subscription", "list", "--viewer", "anna", "--state", "active")
        #expect(listed.output.hasPrefix("ID ") && listed.output.contains(id))
        #expect(try usher("subscription", "list", "--state", "frozen").output.isEmpty)
        #expect(try usher("subscription", "list", "--state", "thawed").status == 2)
        let shown = try usher("subscription", "show", String(id))
        #expect(shown.output.contains("state:        active") && shown.output.contains("renews:"))
        #expect(shown.output.contains("period:       1 month") && !shown.output.contains("paused since:"))
        let pausing = "usher.subscriptions.v1.SubscriptionService/PauseSubscription"
        _ = try usher("call", pausing, #"{"subscriptionId": "\#(id)"}"#)
        #expect(try usher("subscription", "show", String(id)).output.contains("paused since: 20"))
        let resuming = "usher.subscriptions.v1.SubscriptionService/ResumeSubscription"
        _ = try usher("call", resuming, #"{"subscriptionId": "\#(id)"}"#)
        let cancelling = ["subscription", "cancel", String(id), "--at-period-end", "--reason", "moving"]
        #expect(
            try usher(cancelling).output
                == "would cancel the subscription of anna to digital, which is active, at its period's end: "
                + "--yes does it\n")
        let cancelled = try usher(cancelling + ["--yes"])
        #expect(cancelled.output.hasPrefix("cancelled \(id), ends 20"))
        #expect(try usher("subscription", "show", String(id), "--json").output.contains(#""cancelReason":"moving""#))
        #expect(server.terminate() == 0)
    }

    @Test func initPrintsTheKeyOnceOnItsLastLine() throws {
        let server = ServerProcess()
        let first = try server.usher("init", "--data", server.directory)
        #expect(first.output.split(separator: "\n").last.map(String.init) == (try server.operatorKey))
        let second = try server.usher("init", "--data", server.directory)
        #expect(second.status != 0 && !second.output.contains("ush_") && second.errors.contains("operator.key"))
        try server.start()
        #expect(try server.usher("org", "list").status == 0)
    }

    @Test func settingsComeFromFlagsThenTheEnvironmentThenTheFile() throws {
        let server = ServerProcess()
        for (arguments, expected) in [
            (["--data", server.directory, "--listen", "nowhere"], "--listen must be HOST:PORT"),
            (["--data", server.directory, "--listen", "0.0.0.0:0"], "--insecure"),
            (["--data", server.directory, "--log-level", "loud"], "log level"),
            (["--config", "/nonexistent.json", "--data", server.directory], "cannot read the settings"),
            ([], "--data DIR"),
        ] {
            let process = Process()
            let errors = Pipe()
            process.executableURL = URL(fileURLWithPath: ServerProcess.binary)
            process.arguments = ["serve"] + arguments
            process.standardError = errors
            try process.run()
            let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus != 0 && text.contains(expected), "\(arguments): \(text)")
        }
    }

    @Test func healthAndMetrics() async throws {
        let server = ServerProcess()
        try server.start()
        _ = try server.usher("org", "list")
        for (path, status, expected) in [
            ("healthz", 200, "ok"), ("readyz", 200, "ready"), ("metrics", 200, "usher_calls_total{method="),
            ("other", 404, "/healthz"),
        ] {
            let page = try await server.page(path)
            #expect(page.status == status && page.text.contains(expected), "\(path)")
        }
        #expect(server.terminate() == 0)
    }

    /// Whoever asks before sending calls here hears no while all calls are still answered.
    @Test func aServerThatWillGoAwayIsNotReady() async throws {
        let server = ServerProcess()
        try server.start("--drain-delay", "60m")
        #expect(try await server.page("readyz").status == 200)
        kill(try server.processID, SIGTERM)
        var page = try await server.page("readyz")
        while page.status == 200 {
            try await Task.sleep(for: .milliseconds(10))
            page = try await server.page("readyz")
        }
        #expect(page.status == 503 && page.text == "not ready\n")
        #expect(try await server.page("healthz").status == 200)
        #expect(try server.usher("org", "create", "nordfilm").status == 0)
        #expect(try await server.page("readyz").status == 503)
        // When the delay is over it ends as any other.
        let brief = ServerProcess()
        try brief.start("--drain-delay", "1ms")
        #expect(brief.terminate() == 0)
    }

    /// SIGHUP reads certificates anew, and is no reason to end from the moment on at which the server serves.
    @Test func aHangUpIsSurvived() throws {
        let server = ServerProcess()
        try server.start()
        for _ in 0..<20 { kill(try server.processID, SIGHUP) }
        #expect(try server.usher("org", "list").status == 0)
        #expect(server.terminate() == 0)
    }
}
