import Foundation
import MartletDomain
import Metadata
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// An issuer whose signed tokens are taken, and the keys it has published.
package final class TokenIssuer: Sendable {
    let settings: AuthenticationSettings.Issuer
    private let state = Mutex(State())

    private struct State {
        var keys: [WebKey] = []
        var fetchedAt: Int64?
        var triedAt: Int64?
    }

    /// Keys are fetched again after this, in milliseconds.
    private static let age: Int64 = 600_000
    /// A key that is not known is asked for this often at most: whoever makes names up makes us ask nobody.
    private static let pause: Int64 = 30_000

    init(_ settings: AuthenticationSettings.Issuer) { self.settings = settings }

    /// The account and the groups that a token stands for; nil unless all of it holds.
    func identity(of token: SignedToken, now: Int64) async -> (user: String, groups: Set<String>)? {
        guard token.holds(for: settings, at: Double(now) / 1_000), let key = await key(of: token, now),
            token.isSigned(by: key), let user = token.claims.texts(settings.userClaim).first, !user.isEmpty
        else { return nil }
        let given = token.claims.texts(settings.groupsClaim).prefix(1_000)
        let groups = settings.groups.map { map in given.compactMap { map[$0] } } ?? Array(given)
        return (user, Set(groups.filter { User.problems(name: $0, roles: [.viewer]).isEmpty }))
    }

    private func key(of token: SignedToken, _ now: Int64) async -> WebKey? {
        let (found, isFresh, mayTry) = state.withLock { state in
            (
                token.key(in: state.keys), state.fetchedAt.map { now - $0 < Self.age } ?? false,
                state.triedAt.map { now - $0 >= Self.pause || now < $0 } ?? true
            )
        }
        if let found, isFresh { return found }
        guard mayTry else { return found }
        state.withLock { $0.triedAt = now }
        guard let keys = try? await fetch() else {
            // The issuer cannot be reached: what was known is good for a day.
            return state.withLock { state in state.fetchedAt.map { now - $0 < 86_400_000 } ?? false } ? found : nil
        }
        return state.withLock { state in
            (state.keys, state.fetchedAt) = (keys, now)
            return token.key(in: keys)
        }
    }

    /// Fetches the keys if they are old.
    func refresh(now: Int64) async throws {
        guard state.withLock({ state in state.fetchedAt.map { now - $0 >= Self.age || now < $0 } ?? true }) else {
            return
        }
        let keys = try await fetch()
        state.withLock { ($0.keys, $0.fetchedAt, $0.triedAt) = (keys, now, now) }
    }

    private func fetch() async throws -> [WebKey] {
        guard let url = URL(string: settings.jwks), let scheme = url.scheme, scheme != "file" else {
            let path = URL(string: settings.jwks)?.scheme == "file" ? String(settings.jwks.dropFirst(7)) : settings.jwks
            return try await offTheCooperativePool {
                try WebKey.all(in: Data(contentsOf: URL(filePath: path)))
            }
        }
        guard settings.keysAreSafe else { throw URLError(.unsupportedURL) }
        let session = URLSession(configuration: .ephemeral, delegate: NoRedirects(), delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        let (data, response) = try await session.data(for: URLRequest(url: url, timeoutInterval: 10))
        guard (response as? HTTPURLResponse)?.statusCode == 200, data.count <= 1 << 20 else {
            throw URLError(.badServerResponse)
        }
        return try WebKey.all(in: data)
    }
}

/// Goes nowhere else: who is sent from https to http takes keys that anybody on the way can change.
private final class NoRedirects: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}

extension Identity {
    /// Fetches the keys of issuers that are old.
    /// - Returns: A sentence for each issuer whose keys cannot be read: nobody new is let in by its tokens.
    package func refreshIssuers() async -> [String] {
        var problems: [String] = []
        for issuer in issuers {
            do {
                try await issuer.refresh(now: store.clock.now)
            } catch {
                let reason = (error as? any MartletError)?.message ?? error.localizedDescription
                problems.append(
                    "The keys of \(issuer.settings.issuer) could not be read from \(issuer.settings.jwks): \(reason)")
            }
        }
        return problems
    }

    /// The user of a token that a trusted issuer signed; nil for any other.
    func userOfIssuedToken(_ text: String) async throws -> User? {
        guard !issuers.isEmpty, let token = SignedToken(text) else { return nil }
        let now = store.clock.now
        for issuer in issuers where issuer.settings.issuer == token.claims.iss {
            guard let found = await issuer.identity(of: token, now: now) else { continue }
            return try await store.read { [customRoles] db in
                try db.user(named: found.user, groups: found.groups, in: customRoles)
            }
        }
        return nil
    }
}
