import Logging
import Platform
import ServiceLifecycle

/// Writes down once a minute when tokens and sessions were last used, and keeps the keys of issuers fresh.
struct IdentityService: Service {
    let identity: Identity
    let logger: Logger

    func run() async throws {
        while true {
            for problem in await identity.refreshIssuers() { logger.warning("\(problem)") }
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(60)) }
            } catch {
                return
            }
            do {
                try await identity.recordUses()
            } catch {
                logger.warning("when tokens were used was not written down", metadata: ["error": "\(error)"])
            }
        }
    }
}
