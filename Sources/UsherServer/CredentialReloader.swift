import Synchronization
import UsherContract
import UsherRPC
import UsherServices
import UsherStorage

/// Reads the keys and organisations anew after a commit of the platform's database whose outcome is not known: it may
/// have come about, and then what it changed has not reached the credential table.
final class CredentialReloader: Sendable {
    private let services: Services
    private let storage: Storage
    private let isReloading = Atomic<Bool>(false)

    /// Between attempts, while the database cannot be read.
    private static let pause = Duration.milliseconds(100)

    init(services: Services, storage: Storage) {
        self.services = services
        self.storage = storage
    }

    /// Looks at a refusal on its way to a caller.
    func note(_ refusal: Refusal, of database: MethodDatabase?) {
        guard refusal.reason == "OUTCOME_UNKNOWN", database == .platform,
            !isReloading.exchange(true, ordering: .acquiringAndReleasing)
        else { return }
        Task(executorPreference: ThreadExecutor.shared) { await self.reload() }
    }

    private func reload() async {
        let organisations = services.organisations
        while true {
            // From here on another unknown outcome needs another reading.
            isReloading.store(false, ordering: .releasing)
            do {
                // On the write lane, so that no commit comes in between.
                return try await storage.platform.write(as: .system()) { try organisations.loadCredentials(in: $0) }
            } catch let refusal as Refusal where refusal.reason == "SHUTTING_DOWN" {
                return
            } catch {
                try? await ThreadExecutor.shared.sleep(for: Self.pause)
            }
        }
    }
}
