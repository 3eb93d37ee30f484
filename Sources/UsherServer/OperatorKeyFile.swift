import Foundation
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

    private static func syncDirectory(_ directory: String) throws {
        let handle = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw StorageError.io("open \(directory): \(String(cString: strerror(errno)))") }
        defer { close(handle) }
        guard fsync(handle) == 0 else {
            throw StorageError.io("fsync \(directory): \(String(cString: strerror(errno)))")
        }
    }
}
