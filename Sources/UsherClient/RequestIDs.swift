import Foundation

/// Request ids of our clients.
public enum RequestIDs {
    /// A random UUID.
    @Sendable public static func random() -> String { UUID().uuidString.lowercased() }
}
