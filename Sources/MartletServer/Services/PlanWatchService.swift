import Logging
import MartletDomain
import Platform
import ServiceLifecycle

/// Looks once a minute for models that nobody looks after, as long as the server runs.
struct PlanWatchService: Service {
    let registry: Registry
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { [registry, logger] in
            while !Task.isCancelled {
                do {
                    for told in try await registry.escalate() {
                        logger.warning("\(told.model) is not well: \(told.finding.kind.rawValue)")
                    }
                    for request in try await registry.watchOverPlans() {
                        logger.warning("Nobody looks after \(request.version); its archiving is asked for")
                    }
                } catch is CancellationError {
                    return
                } catch {
                    // One that fails is tried again in a minute.
                    logger.error("Models were not watched over: \(error)")
                }
                try? await Task.sleep(for: .seconds(60))
            }
        }
    }
}
