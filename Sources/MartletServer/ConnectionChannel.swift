import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// HTTP/1.1 of which each connection is answered on the thread that its bytes come in by.
///
/// Handing a request from there to another thread and its answer back costs two wake-ups, which is more than most answers
/// cost. What takes long waits elsewhere: ``Platform`` does it on threads of its own.
struct ConnectionChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let connections: HTTP1Channel
    private let prompt: PromptResponder
    private let hungUp: @Sendable (any Channel) -> Void

    /// - Parameter hungUp: Told of connections whose clients send nothing more.
    init(
        _ connections: HTTP1Channel, _ prompt: PromptResponder, hungUp: @escaping @Sendable (any Channel) -> Void
    ) {
        (self.connections, self.prompt, self.hungUp) = (connections, prompt, hungUp)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        connections.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            // Behind what watches over the connection, before what hands its requests to tasks.
            let state = try pipeline.handler(type: HTTPConnectionStateHandler.self)
            try pipeline.addHandler(PromptAnswers(prompt, hungUp: hungUp), position: .after(state))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            await connections.handle(value: value, logger: logger)
        }
    }
}

/// Runs tasks on an event loop.
private final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
