import Foundation
package import Hummingbird
import Logging
package import MartletDomain
import NIOCore
import NIOEmbedded
import Platform

/// What a route knows of the request it answers.
package struct MartletContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Set by ``Authentication`` before any route that needs it runs.
    package var user = User(name: "", roles: [])
    /// Nil within the process.
    package var sourceAddress: String?
    package var userAgent: String?
    /// The verb that the route has let them in by.
    package var entrance: Verb?
    var gate: Gate?
    /// Whether what is sent cannot be read on the way.
    var isSecure = false
    /// What the request came by.
    let channel: any Channel
    /// Whether it came over no socket.
    private(set) var isWithinProcess = false
    /// The session that they came by, if they came by a browser's.
    var session: String?

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        sourceAddress = source.channel.remoteAddress?.ipAddress
        channel = source.channel
    }

    /// Who asks, for the audit log.
    package var caller: Caller {
        var caller = Caller(user, requestID: id, sourceAddress: sourceAddress, userAgent: userAgent)
        caller.entrance = entrance
        // A digest: the id itself would open the session to whoever reads the log.
        caller.sessionID = session.map { Identity.name(ofSession: $0) }
        return caller
    }
}

extension MartletContext {
    /// Where Hummingbird keeps a request's id.
    static let requestIDKey = "hb.request.id"

    /// For a request that comes over no socket.
    init(logger: Logger) {
        var logger = logger
        logger[metadataKey: Self.requestIDKey] = "\(UUID().uuidString.lowercased())"
        self.init(source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: logger))
        isWithinProcess = true
    }
}
