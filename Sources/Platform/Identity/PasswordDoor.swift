import Crypto
import Foundation
import MartletDomain
import Metadata
import Synchronization

/// Where passwords are looked at: a few at a time, and not often for who keeps failing.
final class PasswordDoor: Sendable {
    /// Attempts that fail, by account and by address. Once they are used up, another comes every few seconds.
    let byName = AttemptLimit(burst: 10, perMinute: 10)
    let byAddress = AttemptLimit(burst: 50, perMinute: 30)
    private let key = SymmetricKey(size: .bits256)
    private let state = Mutex(State())

    private struct State {
        /// Passwords that were right, by a digest that only this process can make; with what was stored then.
        var known: [Data: (digest: String, until: Int64)] = [:]
        var working = 0
    }

    /// How many passwords are looked at, at once. Each takes a core for a good part of a second.
    private static let most = max(1, ProcessInfo.processInfo.activeProcessorCount / 2)
    /// How long a password that was right is known to be, in milliseconds: MLflow's clients send it with each request.
    private static let memory: Int64 = 600_000

    /// Whether `password` is the one of which `digest` is kept; nil for an account that has none, which takes as long.
    func matches(_ password: String, _ digest: String?, of name: String, now: Int64) async throws -> Bool {
        let mark = Data(HMAC<SHA256>.authenticationCode(for: Data("\(name)\0\(password)".utf8), using: key))
        if let digest,
            state.withLock({ state in state.known[mark].map { $0.digest == digest && $0.until > now } ?? false })
        {
            return true
        }
        let isFree = state.withLock { state in
            guard state.working < Self.most else { return false }
            state.working += 1
            return true
        }
        // Not in a queue: who fills it would keep everybody else out.
        guard isFree else { throw IdentityError.tooManyAttempts(retryAfter: 1_000) }
        defer { state.withLock { $0.working -= 1 } }
        let isRight = try await offTheCooperativePool { Password.matches(password, digest) }
        if isRight, let digest {
            state.withLock { state in
                if state.known.count >= 1_000 { state.known = state.known.filter { $0.value.until > now } }
                if state.known.count >= 1_000 { state.known = [:] }
                state.known[mark] = (digest, now + Self.memory)
            }
        }
        return isRight
    }
}

/// How often something may fail: so many times at once, and then so many times a minute.
///
/// It is counted in a table of fixed size by two keyed digests, so that names by the million take no memory and push
/// nobody out. Who shares one place with somebody who fails is let through by the other.
final class AttemptLimit: Sendable {
    private let burst: Double
    private let perMillisecond: Double
    private let key = SymmetricKey(size: .bits128)
    private let places: Mutex<[Place]>
    private static let size = 1 << 15

    private struct Place {
        var used = 0.0
        var at: Int64 = 0
    }

    init(burst: Double, perMinute: Double) {
        (self.burst, perMillisecond) = (burst, perMinute / 60_000)
        places = Mutex(Array(repeating: Place(), count: Self.size))
    }

    /// Milliseconds until another attempt is looked at; nil for now.
    func wait(for name: String, at now: Int64) -> Int64? {
        let used = places.withLock { places in self.places(of: name).map { left(places[$0], now) }.min() ?? 0 }
        guard used > burst - 1 else { return nil }
        return max(1, Int64((used - burst + 1) / perMillisecond))
    }

    func noteFailure(of name: String, at now: Int64) {
        places.withLock { places in
            for place in self.places(of: name) {
                places[place] = Place(used: min(burst, left(places[place], now) + 1), at: now)
            }
        }
    }

    private func left(_ place: Place, _ now: Int64) -> Double {
        // A clock that goes back forgives nothing.
        max(0, place.used - Double(max(0, now - place.at)) * perMillisecond)
    }

    private func places(of name: String) -> [Int] {
        let digest = Array(HMAC<SHA256>.authenticationCode(for: Data(name.utf8), using: key))
        return [0, 8].map { start in
            digest[start..<(start + 8)].reduce(0) { ($0 << 8 | Int($1)) & 0xFFFF_FFFF } % Self.size
        }
    }
}

extension Identity {
    /// Whether a secret is taken for a password and not for a token: attempts with those are counted.
    package func isPassword(_ secret: String) -> Bool { !AccessToken.isPossible(secret) }

    /// The user of that name and password; nil when there is none, which takes as long.
    /// - Throws: ``IdentityError/tooManyAttempts(retryAfter:)``.
    func user(named name: String, password: String, from address: String?) async throws -> User? {
        let (now, name) = (store.clock.now, String(name.prefix(200)))
        let waits = [
            passwords.byName.wait(for: name, at: now), address.flatMap { passwords.byAddress.wait(for: $0, at: now) },
        ]
        if let wait = waits.compactMap({ $0 }).max() { throw IdentityError.tooManyAttempts(retryAfter: wait) }
        let (user, digest) = try await store.read { [customRoles] db in
            let row = try db.row("SELECT password FROM users WHERE name = ?", [.text(name)])
            return (try db.user(named: name, in: customRoles), try row?.textIfPresent("password"))
        }
        let isOpen = user?.isActive == true
        if password.utf8.count <= Password.longest,
            try await passwords.matches(password, isOpen ? digest : nil, of: name, now: now), isOpen
        {
            return user
        }
        passwords.byName.noteFailure(of: name, at: now)
        if let address { passwords.byAddress.noteFailure(of: address, at: now) }
        return nil
    }
}
