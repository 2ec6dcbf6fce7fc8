import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers what can be answered at once, from memory alone, on the thread that the request came in by.
///
/// Served features are asked for thousands of times a second, and a task, a router and its middleware cost several times
/// what looking them up does. Whatever is not quite usual goes on to the router, and gets its answer there.
final class PromptAnswers: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let responder: PromptResponder
    /// A request that may be answered at once, until all of it is there.
    private var held: (head: HTTPRequest, body: ByteBuffer)?
    /// Requests that went on and are not answered whole: nothing may overtake them.
    private var unanswered = 0

    /// Told of a client that sends nothing more.
    private let hungUp: @Sendable (any Channel) -> Void

    init(_ responder: PromptResponder, hungUp: @escaping @Sendable (any Channel) -> Void) {
        (self.responder, self.hungUp) = (responder, hungUp)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { hungUp(context.channel) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head) where unanswered == 0 && responder.takes(head):
            held = (head, ByteBuffer())
        case .body(var piece) where held != nil:
            held?.body.writeBuffer(&piece)
            if let held, held.body.readableBytes > PromptResponder.bodyLimit { pass(held, context) }
        case .end(let trailer) where held != nil:
            guard let held else { return }
            if let answer = responder.answer(held.head, held.body, from: context.remoteAddress) {
                self.held = nil
                context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
                context.write(wrapOutboundOut(.body(answer.body)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            } else {
                pass(held, context)
                context.fireChannelRead(wrapInboundOut(.end(trailer)))
            }
        case let part:
            if case .head = part { unanswered += 1 }
            context.fireChannelRead(data)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
        context.write(data, promise: promise)
    }

    private func pass(_ request: (head: HTTPRequest, body: ByteBuffer), _ context: ChannelHandlerContext) {
        held = nil
        unanswered += 1
        context.fireChannelRead(wrapInboundOut(.head(request.head)))
        if request.body.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(.body(request.body))) }
    }
}
