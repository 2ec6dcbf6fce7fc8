import Platform
import ServiceLifecycle

/// Writes pushed rows and kept predictions to their tables, and keeps what is in memory, as long as the server runs.
/// The last round is the platform's, when it is closed.
struct OnlineFeatureService: Service {
    let online: OnlineStore
    let scoring: Scoring

    func run() async throws {
        await cancelWhenGracefulShutdown {
            async let log: Void = scoring.lookAfterLog()
            await online.lookAfter()
            await log
        }
    }
}
