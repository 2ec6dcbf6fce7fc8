import Platform
import ServiceLifecycle

/// Writes pushed rows to their tables, and keeps what is in memory, as long as the server runs. The last round is the
/// platform's, when it is closed.
struct OnlineFeatureService: Service {
    let online: OnlineStore

    func run() async throws {
        await cancelWhenGracefulShutdown { await online.lookAfter() }
    }
}
