import Foundation

/// A file of the package, by its path from the package's root.
struct SourceFile: Sendable {
    /// `Sources/UsherStorage/Ambient.swift`.
    let path: String
    let text: String

    /// `UsherStorage`: the folder below Sources or Tests; nil for files elsewhere.
    var target: String? {
        let parts = path.split(separator: "/")
        guard parts.count > 2, ["Sources", "Tests"].contains(parts[0]) else { return nil }
        return String(parts[1])
    }

    var isGenerated: Bool { path.contains("/Generated/") }
    var isSwift: Bool { path.hasSuffix(".swift") }
}

/// The package as it is about to be committed: what git tracks, and what it would add.
enum SourceTree {
    /// Every path, from the package's root.
    static let paths: [String] = {
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/env")
        git.arguments = [
            "git", "-C", root.path, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate",
        ]
        let output = Pipe()
        git.standardOutput = output
        do { try git.run() } catch { preconditionFailure("the house rules ask git for the files: \(error)") }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        git.waitUntilExit()
        precondition(git.terminationStatus == 0, "git ls-files failed in \(root.path)")
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }()

    /// Every file with text in it.
    static let files: [SourceFile] = paths.compactMap { path in
        // A path that git knows and the disk does not is a file that is about to be removed.
        guard let bytes = try? Data(contentsOf: root.appending(path: path)),
            let text = String(data: bytes, encoding: .utf8)
        else { return nil }
        return SourceFile(path: path, text: text)
    }

    /// All Swift that people write, the tests and the manifest included.
    static let handWritten = files.filter { $0.isSwift && !$0.isGenerated }

    /// Hand-written Swift of the product.
    static let sources = handWritten.filter { $0.path.hasPrefix("Sources/") }

    private static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
