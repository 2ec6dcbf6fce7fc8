import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Lets large bodies come in quickly: in larger pieces than the 64 KiB that NIO reads at once, and without the second that
/// some clients wait for a word of ours (`Expect: 100-continue`, RFC 9110, section 10.1.1).
final class LargeBodyHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Requests that are not answered whole: nothing may come between the parts of another answer.
    private var unanswered = 0

    /// Pieces grow as long as bodies fill them, and shrink when they do not.
    func handlerAdded(context: ChannelHandlerContext) {
        let sizes = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2_048, maximum: 131_072)
        _ = context.channel.setOption(.recvAllocator, value: sizes)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let request) = unwrapInboundIn(data) {
            if unanswered == 0, request.headerFields[.expect]?.lowercased() == "100-continue" {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
            unanswered += 1
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
        context.write(data, promise: promise)
    }
}
