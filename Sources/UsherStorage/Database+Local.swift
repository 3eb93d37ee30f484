internal import Dispatch
public import UsherContract

// The server's own work, through the same lanes as calls from the wire.

extension Database {
    /// Runs `body` in a write transaction, batched with other calls. Returns after the commit.
    public func write<T: Sendable>(
        as caller: Caller, _ body: @escaping @Sendable (Transaction) throws -> T
    ) async throws -> T {
        try await perform(caller, LocalWork<T>.write, body)
    }

    /// Runs `body` in a read transaction.
    public func read<T: Sendable>(
        as caller: Caller, _ body: @escaping @Sendable (Transaction) throws -> T
    ) async throws -> T {
        try await perform(caller, LocalWork<T>.read, body)
    }

    /// ``write(as:_:)`` for start-up, the command line and benchmarks. Blocks: never on an event loop or a lane's
    /// thread, except an organisation's for the platform's.
    public func writeBlocking<T: Sendable>(
        as caller: Caller, _ body: @escaping @Sendable (Transaction) throws -> T
    ) throws -> T {
        try performBlocking(caller, LocalWork<T>.write, body)
    }

    /// ``read(as:_:)`` for start-up, the command line and benchmarks. Blocks: never on a lane's thread or an event
    /// loop.
    public func readBlocking<T: Sendable>(
        as caller: Caller, _ body: @escaping @Sendable (Transaction) throws -> T
    ) throws -> T {
        try performBlocking(caller, LocalWork<T>.read, body)
    }

    /// Runs `body` in a write transaction, sometime; `finish` is told what became of it, on the lane's thread.
    func post(
        as caller: Caller, _ body: @escaping @Sendable (Transaction) throws -> Void,
        finish: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        submit(LocalWork(caller, LocalWork<Void>.write, body, finish))
    }

    private func perform<T: Sendable>(
        _ caller: Caller, _ method: MethodDescriptor, _ body: @escaping @Sendable (Transaction) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            submit(LocalWork(caller, method, body) { continuation.resume(with: $0) })
        }
    }

    private func performBlocking<T: Sendable>(
        _ caller: Caller, _ method: MethodDescriptor, _ body: @escaping @Sendable (Transaction) throws -> T
    ) throws -> T {
        let done = DispatchSemaphore(value: 0)
        let outcome = Handover<Result<T, any Error>>()
        submit(
            LocalWork(caller, method, body) {
                outcome.value = $0
                done.signal()
            })
        done.wait()
        guard let result = outcome.value else { throw StorageError.closed }
        return try result.get()
    }
}

/// A value that one thread writes and another reads after a semaphore's signal.
private final class Handover<T>: @unchecked Sendable {
    var value: T?
}

/// A function as a call. Its result does not pass through bytes: it is kept on the lane's thread until the commit.
private final class LocalWork<T: Sendable>: LaneCall, @unchecked Sendable {
    static var read: MethodDescriptor { descriptor(.noSideEffects) }
    static var write: MethodDescriptor { descriptor(.unknown) }

    let caller: Caller
    let method: MethodDescriptor
    let deadline = ContinuousClock.now + .seconds(1 << 31)
    let cost = 0
    private let body: @Sendable (Transaction) throws -> T
    private let finish: @Sendable (Result<T, any Error>) -> Void
    private var value: T?

    init(
        _ caller: Caller, _ method: MethodDescriptor, _ body: @escaping @Sendable (Transaction) throws -> T,
        _ finish: @escaping @Sendable (Result<T, any Error>) -> Void
    ) {
        self.caller = caller
        self.method = method
        self.body = body
        self.finish = finish
    }

    func decode() -> DecodedCall {
        DecodedCall(requestID: "", fingerprint: { [] }) { [self] transaction in
            value = try body(transaction)
            return EncodedReply(bytes: [])
        }
    }

    func complete(_ result: Result<[UInt8], any Error>) {
        switch result {
        case .success: finish(value.map { .success($0) } ?? .failure(StorageError.closed))
        case .failure(let error): finish(.failure(error))
        }
    }

    private static func descriptor(_ idempotency: Idempotency) -> MethodDescriptor {
        MethodDescriptor(
            service: "", name: "", requestType: "", responseType: "", streaming: .unary, idempotency: idempotency,
            hasRequestID: false, requestContainsMap: false)
    }
}
