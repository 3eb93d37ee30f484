import SwiftProtobuf
import UsherContract

/// Server reflection: what is served, as descriptors. Source: gRPC `doc/server-reflection.md`.
///
/// Both versions of the protocol have the same messages under other names, see ``ReflectionDialect``.
struct Reflection: Sendable {
    /// A question, whichever version asks it.
    enum Question {
        case file(String), symbol(String), fileOfExtension, extensionNumbers(String), services, nothing
    }

    /// An answer to it.
    enum Answer {
        case files([[UInt8]]), noExtensions(String), services([String]), refused(Refusal)
    }

    private struct File {
        let bytes: [UInt8]
        let dependencies: [String]
    }

    private let services: [String]
    private var files: [String: File] = [:]
    /// The file that declares a symbol, by the symbol's full name.
    private var declared: [String: String] = [:]
    private var types: Set<String> = []
    private let kept = KeptAnswers()

    init(services: [String], descriptors: [UInt8]) {
        self.services = services
        guard let set = try? Google_Protobuf_FileDescriptorSet(serializedBytes: descriptors) else { return }
        for file in set.file {
            guard let bytes: [UInt8] = try? file.serializedBytes() else { continue }
            files[file.name] = File(bytes: bytes, dependencies: file.dependency)
            let package = file.package.isEmpty ? "" : file.package + "."
            for message in file.messageType { declare(message, package, file.name) }
            for type in file.enumType { declared[package + type.name] = file.name }
            for service in file.service {
                declared[package + service.name] = file.name
                for method in service.method { declared["\(package)\(service.name).\(method.name)"] = file.name }
            }
        }
    }

    private mutating func declare(_ message: Google_Protobuf_DescriptorProto, _ scope: String, _ file: String) {
        let name = scope + message.name
        declared[name] = file
        types.insert(name)
        for field in message.field { declared["\(name).\(field.name)"] = file }
        for type in message.enumType { declared["\(name).\(type.name)"] = file }
        for nested in message.nestedType { declare(nested, name + ".", file) }
    }

    /// Answers a stream's questions until its client has no more.
    ///
    /// - Parameter watchdog: sees to it that a stranger's stream does not last.
    func answer(
        _ stream: ServerStream, _ dialect: any ReflectionDialect.Type, _ watchdog: StreamWatchdog? = nil
    ) async -> Result<[UInt8]?, Refusal> {
        defer { watchdog?.stop() }
        do {
            while let payload = try await stream.receive() {
                watchdog?.touch()
                let answer = kept.answer(to: payload, dialect) { dialect.answer($0, self.answer(to:)) }
                guard let answer else { return .failure(.requestMalformed("ServerReflectionRequest")) }
                try await stream.send(answer)
                watchdog?.touch()
            }
            return .success(nil)
        } catch {
            return .failure(error as? Refusal ?? .cancelled)
        }
    }

    func answer(to question: Question) -> Answer {
        switch question {
        case .services: return .services(services)
        case .file(let name):
            return files[name] == nil ? .refused(Self.notFound("file", name)) : .files(withDependencies(name))
        case .symbol(let name):
            guard let file = declared[name] else { return .refused(Self.notFound("symbol", name)) }
            return .files(withDependencies(file))
        case .extensionNumbers(let type):
            return types.contains(type) ? .noExtensions(type) : .refused(Self.notFound("type", type))
        case .fileOfExtension: return .refused(Self.notFound("extension", ""))
        case .nothing:
            return .refused(Refusal(.invalidArgument, "REQUEST_MALFORMED", "The request asks for nothing."))
        }
    }

    /// A file and all that it needs, itself first.
    private func withDependencies(_ name: String) -> [[UInt8]] {
        var names = [name]
        var next = 0
        while next < names.count {
            for dependency in files[names[next]]?.dependencies ?? [] where !names.contains(dependency) {
                names.append(dependency)
            }
            next += 1
        }
        return names.compactMap { files[$0]?.bytes }
    }

    private static func notFound(_ kind: String, _ name: String) -> Refusal {
        Refusal(.notFound, "NOT_DECLARED", "There is no \(kind) '\(name.prefix(RPCLimits.quotedNameBytes))'.")
    }
}
