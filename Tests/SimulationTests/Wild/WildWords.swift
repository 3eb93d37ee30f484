import Foundation

/// Values for fields, by their names and by what answers have held.
struct WildWords {
    /// By the field's name, as in JSON.
    private var known: [String: [String]] = [
        "assetId": Pool.assets + ["perf-1", "perf-2"], "performanceId": ["perf-1", "perf-2", "perf-3"],
        "viewerId": Pool.viewers, "packageId": ["pkg-1", "pkg-2"], "packageCode": ["code-1", "code-2"],
        "priceOptionId": ["price-1", "price-2"], "paymentPeriodId": ["period-1", "period-2"],
        "batchId": Pool.batches, "passProductId": ["pass-1", "pass-2"],
        "code": ["CODE-1", "CODE-2", "CODE-3"], "email": ["derby@mail.com", "anna@example.org", "bo@example.org"],
        "currencyCode": ["SEK"], "countryCode": ["SE"], "country": ["SE", "NO"], "ip": ["192.0.2.1", "192.0.2.2"],
        "timeZone": ["UTC", "Europe/Stockholm"], "url": ["https://example.com/1"], "seat": ["1", "2", "3"],
        "zone": ["A", "B"], "gate": ["N", "S"], "deviceId": ["d1", "d2"], "structure": ["club"],
    ]

    private static let longest = 64
    private static let keptPerName = 12

    // MARK: Learning

    /// Keeps the short texts of an answer.
    mutating func learn(from json: String) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) else { return }
        learn(object, "")
    }

    private mutating func learn(_ value: Any, _ name: String) {
        switch value {
        case let object as [String: Any]:
            for (name, value) in object.sorted(by: { $0.key < $1.key }) { learn(value, name) }
        case let list as [Any]:
            let single = name.hasSuffix("s") ? String(name.dropLast()) : name
            for value in list.prefix(Self.keptPerName) { learn(value, single) }
        case let text as String where !text.isEmpty && text.utf8.count <= Self.longest:
            var texts = known[name] ?? []
            guard !texts.contains(text) else { return }
            texts.append(text)
            // The first few stay, so that ids of the caller's own choosing are not forgotten.
            if texts.count > Self.keptPerName { texts.remove(at: texts.count / 2) }
            known[name] = texts
        default: break
        }
    }

    // MARK: Making

    func object(_ template: [String: Any], _ simulation: Simulation, depth: Int = 0) -> [String: Any] {
        var object: [String: Any] = [:]
        for (name, value) in template.sorted(by: { $0.key < $1.key }) where name != "requestId" {
            if let made = field(name, value, template, simulation, depth) { object[name] = made }
        }
        return object
    }

    private func field(
        _ name: String, _ value: Any, _ siblings: [String: Any], _ simulation: Simulation, _ depth: Int
    ) -> Any? {
        switch value {
        case let list as [Any]:
            guard let element = list.first, simulation.dice.chance(depth == 0 ? 70 : 35) else { return nil }
            let single = name.hasSuffix("s") ? String(name.dropLast()) : name
            return (0..<simulation.dice.int(1...2)).compactMap { _ in
                (element as? [String: Any]).map { self.object($0, simulation, depth: depth + 1) }
                    ?? leaf(single, element, siblings, simulation)
            }
        case let nested as [String: Any]:
            guard simulation.dice.chance(depth == 0 ? 95 : 40), !nested.isEmpty else { return nil }
            return object(nested, simulation, depth: depth + 1)
        default:
            // Ids are mostly given, other things as often as not.
            guard simulation.dice.chance(name.hasSuffix("Id") ? 75 : 55) else { return nil }
            return leaf(name, value, siblings, simulation)
        }
    }

    private func leaf(_ name: String, _ value: Any, _ siblings: [String: Any], _ simulation: Simulation) -> Any? {
        guard let text = value as? String else {
            // "c" is how Foundation marks what was true or false.
            if let number = value as? NSNumber, String(cString: number.objCType) == "c" {
                return simulation.dice.chance(25)
            }
            return simulation.dice.chance(96) ? simulation.dice.one(1, 1, 2, 3, 10, 100) : simulation.dice.one(0, -1)
        }
        if text.hasPrefix("1970-") { return Self.format(simulation.moment().microseconds / 1_000_000) }
        if text == "0s" { return simulation.dice.one("60s", "3600s", "0s") }
        if text == "0" { return simulation.dice.one("1", "2", "100", "5000") }
        if text.hasSuffix("_UNSPECIFIED") { return simulation.dice.int(0...4) }
        switch name {
        case "updateMask": return mask(siblings, simulation)
        case "etag", "pageToken", "organisationId", "csv", "data": return nil
        default: return word(name, simulation)
        }
    }

    private func word(_ name: String, _ simulation: Simulation) -> String {
        // `actingContactId` is a `contactId`.
        let alike = known.keys.filter { name.lowercased().hasSuffix($0.lowercased()) }.max { $0.count < $1.count }
        if simulation.dice.chance(92), let alike, let word = simulation.dice.pick(known[alike] ?? []) { return word }
        if name.hasSuffix("Id") { return simulation.dice.one("x-1", "nothing") }
        return "\(name) \(simulation.dice.int(1...4))"
    }

    /// Some of the fields of the resource beside it.
    private func mask(_ siblings: [String: Any], _ simulation: Simulation) -> String {
        let resource = siblings.values.compactMap { $0 as? [String: Any] }.first ?? [:]
        return simulation.dice.some(resource.keys.sorted(), percent: 25).joined(separator: ",")
    }

    private static func format(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }
}
