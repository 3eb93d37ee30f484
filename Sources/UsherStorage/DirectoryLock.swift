internal import Foundation

/// Keeps every other process (and every other `Storage` in this one) out of a data directory. The kernel drops it when
/// the process ends, however it ends.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Throws ``StorageError/locked(_:)`` where somebody else has it.
    init(directory: String) throws {
        let path = directory + "/LOCK"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileSystem.failure("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            guard reason == EWOULDBLOCK else { throw StorageError.io("cannot lock \(path): error \(reason)") }
            throw StorageError.locked("\(directory) is in use by another process")
        }
    }

    deinit {
        // Closing alone would leave the lock with the copy that a process in the making has until its exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
