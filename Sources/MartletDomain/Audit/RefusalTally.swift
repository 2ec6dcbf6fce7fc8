/// What was refused before it came to a change: somebody without a token, too many tries, a door that is not theirs.
public struct Refusal: Sendable, Hashable {
    public var action: AuditAction
    public var code: ErrorCode
    public var message: String
    public var user: User
    public var sourceAddress: String?

    public init(action: AuditAction, code: ErrorCode, message: String, user: User, sourceAddress: String?) {
        (self.action, self.code, self.message) = (action, code, message)
        (self.user, self.sourceAddress) = (user, sourceAddress)
    }
}

/// Counts refusals so that nobody fills the disk with them: the first of a kind is told at once, further ones of the
/// same kind from the same address are told together, once a minute, with their number.
public struct RefusalTally: Sendable {
    /// Several refusals that are alike.
    public struct Counted: Sendable, Hashable {
        public var refusal: Refusal
        public var count: Int
        /// When the first and the last of them were, in milliseconds since 1970 UTC.
        public var first, last: Int64
    }

    /// Kinds that are told apart in one minute; what comes beyond is counted as one kind.
    public static let mostKinds = 1_000
    public static let minute: Int64 = 60_000
    /// The address under which refusals beyond ``mostKinds`` are told.
    public static let manyAddresses = "many"

    private struct Kind: Hashable {
        var action: AuditAction
        var code: ErrorCode
        var user: String
        var sourceAddress: String?
    }

    private var kinds: [Kind: Counted] = [:]
    private var beyond: Counted?
    private var startedAt: Int64 = 0

    public init() {}

    /// Whether nothing waits to be told.
    public var isEmpty: Bool { kinds.isEmpty && beyond == nil }

    /// Takes one.
    ///
    /// - Parameter now: milliseconds since 1970 UTC.
    /// - Returns: what is to be told now.
    public mutating func add(_ refusal: Refusal, at now: Int64) -> [Counted] {
        var told = due(at: now)
        if isEmpty { startedAt = now }
        let kind = Kind(
            action: refusal.action, code: refusal.code, user: refusal.user.name, sourceAddress: refusal.sourceAddress)
        if var known = kinds[kind] {
            (known.count, known.last) = (known.count + 1, now)
            if known.count == 1 { known.first = now }
            kinds[kind] = known
        } else if kinds.count < Self.mostKinds {
            told.append(Counted(refusal: refusal, count: 1, first: now, last: now))
            // Known from now on, and none of it waits.
            kinds[kind] = Counted(refusal: refusal, count: 0, first: now, last: now)
        } else {
            var many = beyond ?? Counted(refusal: refusal, count: 0, first: now, last: now)
            many.refusal.sourceAddress = Self.manyAddresses
            many.refusal.user = User(name: Self.manyAddresses, roles: [])
            (many.count, many.last) = (many.count + 1, now)
            beyond = many
        }
        return told
    }

    /// What a minute has gathered, if it is over. A clock that was put back ends the minute, too.
    public mutating func due(at now: Int64) -> [Counted] {
        guard !isEmpty, now - startedAt >= Self.minute || now < startedAt else { return [] }
        return rest()
    }

    /// All that waits, for when the process ends.
    public mutating func rest() -> [Counted] {
        let waiting = (kinds.values.filter { $0.count > 0 } + [beyond].compactMap { $0 }).sorted {
            ($0.first, $0.refusal.sourceAddress ?? "") < ($1.first, $1.refusal.sourceAddress ?? "")
        }
        (kinds, beyond) = ([:], nil)
        return waiting
    }
}
