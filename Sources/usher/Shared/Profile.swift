import Foundation

/// A server and a key under a name, so that they need not be said with each call.
///
/// `~/.config/usher/profiles.json` (or in `XDG_CONFIG_HOME`) holds them by name:
/// `{"nordfilm": {"address": "usher.example:7420", "key": "ush_live_…", "organisation": "nordfilm", "tls": true}}`.
struct Profile: Decodable {
    var address: String?
    var key: String?
    var organisation: String?
    var tls: Bool?
    var tlsCa: String?

    /// The one that `name` names; without a name the one called `default`, where there is one.
    ///
    /// - Throws: ``Failure`` where the file cannot be read, or has none of that name.
    static func load(_ name: String?, _ environment: [String: String]) throws -> Profile? {
        let path = path(environment)
        guard FileManager.default.fileExists(atPath: path) else {
            guard let name else { return nil }
            throw Failure("there is no profile '\(name)': there is no \(path)")
        }
        let profiles: [String: Profile]
        do {
            profiles = try JSONDecoder().decode([String: Profile].self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw Failure("\(path) does not hold profiles: \(JSONProblem.text(of: error))")
        }
        guard let name, profiles[name] == nil else { return profiles[name ?? "default"] }
        throw Failure("there is no profile '\(name)' in \(path); there are: \(profiles.keys.sorted())")
    }

    private static func path(_ environment: [String: String]) -> String {
        let home = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        return (home ?? "\(environment["HOME"] ?? "")/.config") + "/usher/profiles.json"
    }
}

/// What is wrong with a JSON text, without the names of our types.
enum JSONProblem {
    static func text(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return error.localizedDescription }
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context):
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            return "\(place.isEmpty ? "it" : place) is not what it should be"
        case .dataCorrupted(let context):
            let cause = context.underlyingError.map { ($0 as NSError).userInfo[NSDebugDescriptionErrorKey] ?? $0 }
            return cause.map { "\($0)" } ?? context.debugDescription
        @unknown default: return "it cannot be read"
        }
    }
}
