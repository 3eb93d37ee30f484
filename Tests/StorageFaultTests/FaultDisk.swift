import CFaultVFS
import Foundation
import Synchronization
import Testing

@testable import UsherStorage

// A directory whose files are observed: what is done to them is recorded, and chosen operations fail.
// Other directories of the process, those of other tests included, are left alone.

/// What can be made to fail.
enum DiskOperation: Int32, CaseIterable, Sendable {
    case open, read, write, truncate, sync, size, delete, sharedMemory
    /// What storage does outside SQLite: directories, renames, removals, syncs.
    case fileSystem
}

/// Which operations fail, and how.
struct Fault: Sendable {
    var operation: DiskOperation
    /// The first that fails, counted from 1.
    var nth: Int
    /// Whether all after it fail as well.
    var isLasting: Bool
    /// SQLite's result code.
    var code: Int32
    /// How many bytes of a failing write reach the file.
    var torn = 0
}

final class FaultDisk: Sendable {
    /// The directory, without symbolic links.
    let path: String

    private struct State {
        var events: [DiskEvent] = []
        var fault: Fault?
        /// Operations since the last arming, below `scope`.
        var counts: [DiskOperation: Int] = [:]
        var failures = 0
        var scope = ""
    }

    private let state = Mutex(State())
    private let model: DiskModel

    private static let disks = Mutex<[String: FaultDisk]>([:])

    /// A disk that holds `image`. `model` says what of it is durable; by default all that is there was synced.
    init(_ image: [String: DiskModel.Entry] = [:], model: DiskModel? = nil) throws {
        _ = Self.register
        let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm/" : NSTemporaryDirectory()
        var name = Array((parent + "usher-faults-XXXXXX").utf8CString)
        let made = try #require(mkdtemp(&name), "no temporary directory")
        let real = try #require(realpath(made, nil))
        defer { free(real) }
        path = String(cString: real)
        self.model = model ?? Self.durable(image)
        for (name, entry) in image.sorted(by: { $0.key < $1.key }) {
            switch entry {
            case .directory: try #require(mkdir("\(path)/\(name)", 0o700) == 0)
            case .file(let bytes): try bytes.write(to: URL(fileURLWithPath: "\(path)/\(name)"))
            }
        }
        Self.disks.withLock { $0[path] = self }
    }

    /// Ends the observation and removes the directory. No file of it may be open.
    func remove() {
        _ = Self.disks.withLock { $0.removeValue(forKey: path) }
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func durable(_ image: [String: DiskModel.Entry]) -> DiskModel {
        var model = DiskModel()
        for (name, entry) in image.sorted(by: { $0.key < $1.key }) {
            switch entry {
            case .directory: model.apply(.makeDirectory(name))
            case .file(let bytes):
                model.apply(.open(name, isJournal: false))
                model.apply(.write(name, offset: 0, bytes))
                model.apply(.sync(name))
            }
        }
        for (name, entry) in image {
            if case .directory = entry { model.apply(.sync(name)) }
        }
        model.apply(.sync(""))
        return model
    }

    // MARK: Recording

    /// What the disk was when it was made.
    var beginning: DiskModel { model }

    var events: [DiskEvent] { state.withLock { $0.events } }

    /// What the disk is after everything so far.
    var now: DiskModel { events.reduce(into: model) { $0.apply($1) } }

    func note(_ event: DiskEvent) { state.withLock { $0.events.append(event) } }

    // MARK: Faults

    /// Counts operations below `scope` from now on; those that `fault` names fail.
    func arm(_ fault: Fault?, scope: String) {
        state.withLock { ($0.fault, $0.scope, $0.counts, $0.failures) = (fault, scope, [:], 0) }
    }

    /// Ends the fault. Returns how many operations have failed.
    @discardableResult
    func disarm() -> Int {
        state.withLock { state in
            state.fault = nil
            return state.failures
        }
    }

    func count(_ operation: DiskOperation) -> Int { state.withLock { $0.counts[operation] ?? 0 } }

    /// The fault that this operation runs into.
    private func fault(_ operation: DiskOperation, at path: String) -> Fault? {
        state.withLock { state in
            guard path.hasPrefix(state.scope) else { return nil }
            let count = state.counts[operation, default: 0] + 1
            state.counts[operation] = count
            guard let fault = state.fault, fault.operation == operation,
                count == fault.nth || fault.isLasting && count > fault.nth
            else { return nil }
            state.failures += 1
            return fault
        }
    }

    // MARK: Observing

    /// The part of a path below the disk's root.
    private func relative(_ path: String) -> String { String(path.dropFirst(self.path.count + 1)) }

    private static func disk(of path: String) -> FaultDisk? {
        disks.withLock { disks in
            disks.isEmpty ? nil : disks.first { path == $0.key || path.hasPrefix($0.key + "/") }?.value
        }
    }

    private func before(_ event: UnsafeMutablePointer<CFaultEvent>) -> Int32 {
        guard let operation = DiskOperation(rawValue: event.pointee.kind),
            let fault = fault(operation, at: relative(String(cString: event.pointee.path)))
        else { return 0 }
        event.pointee.torn = min(Int32(fault.torn), event.pointee.count)
        return fault.code
    }

    private func after(_ event: CFaultEvent) {
        let path = relative(String(cString: event.path))
        let isDone = event.result == 0
        guard !path.hasSuffix("-shm"), let operation = DiskOperation(rawValue: event.kind) else { return }
        switch operation {
        case .open:
            // SQLITE_OPEN_CREATE; SQLITE_OPEN_WAL or SQLITE_OPEN_MAIN_JOURNAL.
            guard isDone, event.offset & 0x4 != 0 else { return }
            note(.open(path, isJournal: event.offset & 0x80800 != 0))
        case .write:
            let count = Int(isDone ? event.count : event.torn)
            guard count > 0, let bytes = event.bytes else { return }
            note(.write(path, offset: Int(event.offset), Data(bytes: bytes, count: count)))
        case .truncate: if isDone { note(.truncate(path, size: Int(event.offset))) }
        case .sync: note(isDone ? .sync(path) : .syncFailed(path))
        case .delete:
            guard isDone else { return }
            note(.remove(path))
            // SQLite asked for the directory to be synced with it.
            if event.offset != 0 { note(.sync(DiskModel.parent(of: path))) }
        case .read, .size, .sharedMemory, .fileSystem: break
        }
    }

    private func begin(_ operation: FileOperation) throws {
        let (path, event): (String, DiskEvent) =
            switch operation {
            case .makeDirectory(let path): (path, .makeDirectory(relative(path)))
            case .sync(let path): (path, .sync(relative(path)))
            case .move(let source, let target): (target, .move(relative(source), to: relative(target)))
            case .remove(let path): (path, .remove(relative(path)))
            case .rewrite(let path): (path, .sync(relative(path)))
            case .replace(let path, _): (path, .move(relative(path + ".new"), to: relative(path)))
            case .truncate(let path, let size): (path, .truncate(relative(path), size: size))
            }
        if fault(.fileSystem, at: relative(path)) != nil {
            if case .sync(let path) = event { note(.syncFailed(path)) }
            throw StorageError.io("\(operation) failed, as the test asked")
        }
        if case .rewrite(let path) = operation, let content = FileManager.default.contents(atPath: path) {
            note(.write(relative(path), offset: 0, content))
        }
        if case .replace(let path, let content) = operation {
            let temporary = relative(path + ".new")
            for event in [
                DiskEvent.open(temporary, isJournal: false), .truncate(temporary, size: 0),
                .write(temporary, offset: 0, content), .sync(temporary),
            ] { note(event) }
        }
        note(event)
        if case .replace(let path, _) = operation { note(.sync(DiskModel.parent(of: relative(path)))) }
        if case .truncate(let path, _) = operation { note(.sync(relative(path))) }
    }

    /// Once for the process; the VFS stays.
    private static let register: Void = {
        let observer = CFaultObserver(
            claim: { path in
                guard let path, let disk = FaultDisk.disk(of: String(cString: path)) else { return nil }
                return Unmanaged.passRetained(disk).toOpaque()
            },
            release: { Unmanaged<FaultDisk>.fromOpaque($0!).release() },
            before: { Unmanaged<FaultDisk>.fromOpaque($0!).takeUnretainedValue().before($1!) },
            after: { Unmanaged<FaultDisk>.fromOpaque($0!).takeUnretainedValue().after($1!.pointee) })
        precondition(cfault_register(observer) == 0, "the fault VFS cannot be registered")
        FileSystem.observer.withLock { observer in
            observer = FileSystem.Observer { operation in
                let path =
                    switch operation {
                    case .makeDirectory(let path), .sync(let path), .remove(let path), .move(_, let path),
                        .rewrite(let path), .truncate(let path, _), .replace(let path, _):
                        path
                    }
                try disk(of: path)?.begin(operation)
            }
        }
    }()
}
