import Foundation
import Logging
import UsherContract
import UsherServices
import UsherStorage

/// The file that holds the operator's first key: `operator.key` in the data directory, readable by its owner only.
///
/// It is durable before the key's hash commits: a crash in between leaves a key that is not known, which the next start
/// replaces, and never a known key that nobody has.
public enum OperatorKeyFile {
    public static func path(in directory: String) -> String { "\(directory)/operator.key" }

    /// Writes the key, replacing an older file in one step.
    static func write(_ key: String, in directory: String) throws {
        let path = path(in: directory)
        let temporary = "\(path).new"
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw StorageError.io("create \(temporary): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        let bytes = Array("\(key)\n".utf8)
        guard Foundation.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0, rename(temporary, path) == 0
        else {
            throw StorageError.io("write \(path): \(String(cString: strerror(errno)))")
        }
        try syncDirectory(directory)
    }

    /// Removes the file where its key has been revoked, or is none of this platform's: a key that nobody can use tells
    /// whoever finds it nothing, and whoever relies on it the wrong thing.
    static func removeIfDead(in directory: String, _ credentials: CredentialTable, at now: Instant, _ logger: Logger) {
        let path = path(in: directory)
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            credentials.isDead(text.trimmingCharacters(in: .whitespacesAndNewlines), at: now)
        else { return }
        guard unlink(path) == 0 else {
            logger.warning(
                "the operator's key in the file is not valid any more, and the file cannot be removed",
                metadata: ["path": "\(path)", "error": "\(String(cString: strerror(errno)))"])
            return
        }
        logger.notice(
            "the operator's key in the file was not valid any more: the file is removed", metadata: ["path": "\(path)"])
    }

    private static func syncDirectory(_ directory: String) throws {
        let handle = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw StorageError.io("open \(directory): \(String(cString: strerror(errno)))") }
        defer { close(handle) }
        guard fsync(handle) == 0 else {
            throw StorageError.io("fsync \(directory): \(String(cString: strerror(errno)))")
        }
    }
}
