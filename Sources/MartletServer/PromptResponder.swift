import Foundation
import HTTPTypes
import Hummingbird
import Logging
import MartletDomain
import NIOCore
import Platform
import Synchronization

/// What is answered without waiting: served features, when all that was asked for is in memory.
///
/// It answers as the routes of ``addFeastRoutes(to:online:)`` and ``addOnlineFeatureRoutes(to:online:)`` would, by the same
/// functions and behind the same checks, or not at all.
struct PromptResponder: Sendable {
    let online: OnlineStore
    let identity: Identity
    let security: RequestSecurity
    let logger: Logger
    /// Whether each such request leaves an entry in the audit log; then the router has to see it.
    let isAudited: Bool

    /// Bytes of a body that is held until it is whole.
    static let bodyLimit = 256 << 10

    /// Whether it may be one of those.
    func takes(_ head: HTTPRequest) -> Bool {
        guard !isAudited, head.method == .post, let path = head.path, Door(path: path) != nil else { return false }
        let fields = head.headerFields
        return fields[.origin] == nil && fields[.expect] == nil && fields[.connection]?.lowercased() != "close"
    }

    /// - Returns: Nil for a request that the router has to see.
    func answer(
        _ head: HTTPRequest, _ body: ByteBuffer, from address: SocketAddress?
    ) -> (head: HTTPResponse, body: ByteBuffer)? {
        let start = ContinuousClock.now
        guard let path = head.path, let door = Door(path: path), security.isOwn(head.authority ?? ""),
            let user = try? identity.userAtOnce(presenting: Authentication.token(head.headerFields[.authorization])),
            let answer = try? door.answer(body, head.headerFields, online, for: user)
        else { return nil }
        let id = RequestID()
        var fields = HTTPFields()
        fields[.contentType] = "application/json"
        fields[.contentLength] = "\(answer.readableBytes)"
        fields[.date] = HTTPDate.now
        fields[.server] = "martlet"
        RequestLog.mark(&fields, "\(id)")
        security.mark(&fields, path)
        if logger.logLevel <= .info {
            var logger = logger
            logger[metadataKey: MartletContext.requestIDKey] = .stringConvertible(id)
            RequestLog.note(head.method, path, .ok, since: start, logger)
        }
        return (HTTPResponse(status: .ok, headerFields: fields), answer)
    }

    /// Who asks what.
    private enum Door {
        case feast, own

        init?(path: String) {
            switch path {
            case "/get-online-features": self = .feast
            case "/api/martlet/1.0/features/get-online": self = .own
            default: return nil
            }
        }

        /// - Returns: Nil if something has to be loaded or told first.
        func answer(
            _ bytes: ByteBuffer, _ fields: HTTPFields, _ online: OnlineStore, for user: User
        ) throws -> ByteBuffer? {
            if !isJSON(fields[.contentType]) { return nil }
            guard let body = OnlineBody(prompt: bytes), let names = body.features, !names.isEmpty,
                user.mayGetOnline(names), let columns = try online.columnsAtOnce(names, body)
            else { return nil }
            switch self {
            case .feast:
                guard body.featureService == nil else { return nil }
                return try FeastAnswer(body, columns).bytes
            case .own: return try OnlineAnswer(body, columns).bytes
            }
        }
    }
}

extension User {
    /// Whether this caller may ask for these features: as the routes decide it.
    fileprivate func mayGetOnline(_ names: [String]) -> Bool {
        let verb: Verb = "features.get_online"
        return may(verb, on: .workspace)
            || names.allSatisfy { may(verb, on: .featureTable(String($0.prefix { $0 != ":" }))) }
    }
}

/// The time for a `Date` header (RFC 9110, section 6.6.1), made once a second.
enum HTTPDate {
    private static let newest = Mutex((second: Int64.min, words: ""))

    static var now: String {
        let second = OnlineStore.now() / 1_000_000
        return newest.withLock { newest in
            if newest.second != second { newest = (second, httpDate(second)) }
            return newest.words
        }
    }
}
