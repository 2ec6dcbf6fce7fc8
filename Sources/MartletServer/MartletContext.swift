import Foundation
package import Hummingbird
import Logging
package import MartletDomain
import NIOCore
import NIOEmbedded

/// What a route knows of the request it answers.
package struct MartletContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Set by ``Authentication`` before any route that needs it runs.
    package var user = User(name: "", roles: [])
    /// Nil within the process.
    package var sourceAddress: String?
    package var userAgent: String?

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        sourceAddress = source.channel.remoteAddress?.ipAddress
    }

    /// Who asks, for the audit log.
    package var caller: Caller { Caller(user, requestID: id, sourceAddress: sourceAddress, userAgent: userAgent) }
}

extension MartletContext {
    /// Where Hummingbird keeps a request's id.
    static let requestIDKey = "hb.request.id"

    /// For a request that comes over no socket.
    init(logger: Logger) {
        var logger = logger
        logger[metadataKey: Self.requestIDKey] = "\(UUID().uuidString.lowercased())"
        self.init(source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: logger))
    }
}
