import SwiftProtobuf
import Synchronization
import UsherContract

/// `grpc.health.v1.Health`: whether the server takes calls. Source: gRPC `doc/health-checking.md`.
final class Health: Sendable {
    private enum Phase: Int {
        /// Calls are taken; they are still taken, but not for long; they are refused.
        case serving, leaving, ended
    }

    private struct State {
        var phase = Phase.serving
        var waiting: [Int: (phase: Phase, continuation: CheckedContinuation<Void, Never>)] = [:]
        var nextID = 0
    }

    private let services: Set<String>
    private let state = Mutex(State())

    /// - Parameter services: the full names of what is served.
    init(services: Set<String>) { self.services = services }

    /// The server will go away: it is NOT_SERVING from now on, and whoever watches is told.
    func leave() { advance(to: .leaving) }

    /// The server goes away: whoever watches has watched.
    func end() { advance(to: .ended) }

    private func advance(to phase: Phase) {
        let reached = state.withLock { state in
            guard phase.rawValue > state.phase.rawValue else { return [] as [CheckedContinuation<Void, Never>] }
            state.phase = phase
            let reached = state.waiting.filter { $0.value.phase.rawValue <= phase.rawValue }
            for id in reached.keys { state.waiting[id] = nil }
            return reached.values.map(\.continuation)
        }
        for continuation in reached { continuation.resume() }
    }

    /// Answers Check.
    func check(_ payload: [UInt8]) -> Result<[UInt8], Refusal> {
        guard let request = try? Grpc_Health_V1_HealthCheckRequest(serializedBytes: payload) else {
            return .failure(.requestMalformed(Grpc_Health_V1_HealthCheckRequest.protoMessageName))
        }
        guard let status = status(of: request.service) else {
            return .failure(.unknownService(.init(string: request.service), code: .notFound))
        }
        return .success(Self.encoded(status))
    }

    /// Answers Watch, until the server goes away or the client.
    func watch(_ stream: ServerStream) async -> Result<[UInt8]?, Refusal> {
        do {
            guard let payload = try await stream.receive(),
                let request = try? Grpc_Health_V1_HealthCheckRequest(serializedBytes: payload)
            else { return .failure(.requestMalformed(Grpc_Health_V1_HealthCheckRequest.protoMessageName)) }
            let status = status(of: request.service) ?? .serviceUnknown
            try await stream.send(Self.encoded(status))
            await reached(.leaving)
            try Task.checkCancellation()
            if status == .serving { try await stream.send(Self.encoded(.notServing)) }
            await reached(.ended)
            try Task.checkCancellation()
            return .failure(.draining)
        } catch {
            return .failure(error as? Refusal ?? .cancelled)
        }
    }

    private func status(of service: String) -> Grpc_Health_V1_HealthCheckResponse.ServingStatus? {
        guard service.isEmpty || services.contains(service) else { return nil }
        return state.withLock { $0.phase == .serving ? .serving : .notServing }
    }

    /// Returns when the server is so far or the task is cancelled.
    private func reached(_ phase: Phase) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    // Under the lock: a cancellation that is not seen here finds the continuation.
                    guard state.phase.rawValue < phase.rawValue, !Task.isCancelled else { return true }
                    state.waiting[id] = (phase, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.continuation.resume()
        }
    }

    private static func encoded(_ status: Grpc_Health_V1_HealthCheckResponse.ServingStatus) -> [UInt8] {
        do {
            return try Grpc_Health_V1_HealthCheckResponse.with { $0.status = status }.serializedBytes()
        } catch {
            preconditionFailure("a message without required fields is always encodable: \(error)")
        }
    }
}
