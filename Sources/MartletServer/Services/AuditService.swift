import Platform
import ServiceLifecycle

/// Lets checkpoints leave when they are due and writes what waits, as long as the server runs. The last round is the
/// platform's, when it is closed.
struct AuditService: Service {
    let audit: Audit

    func run() async throws {
        await cancelWhenGracefulShutdown { await audit.lookAfter() }
    }
}
