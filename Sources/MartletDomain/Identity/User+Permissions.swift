extension User {
    /// Whether this person may change anything at all: who only reads or only administers may not.
    public var mayChange: Bool {
        self == .martlet || !roles.isDisjoint(with: [.engineer, .reviewer, .programManager])
    }

    /// Whether this person may make users and give them roles.
    public var mayAdminister: Bool { self == .martlet || roles.contains(.administrator) }

    /// The roles, of those that a stage takes sign-offs by, in which this person may sign. Who gives roles never signs,
    /// except in a workspace of one person, where nothing hangs on it.
    public func signingRoles(of signers: [Role]) -> [Role] {
        guard !roles.contains(.administrator) || self == .anyone else { return [] }
        return Role.allCases.filter { signers.contains($0) && roles.contains($0) }
    }

    /// What is wrong with a new user's name and roles; empty if nothing is.
    public static func problems(name: String, roles: Set<Role>) -> [String] {
        var problems: [String] = []
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x2D, 0x2E, 0x30...0x39, 0x40, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            default: false
            }
        }
        if name.isEmpty || name.utf8.count > 64 || !isPlain {
            problems.append("A user's name is 1 to 64 of the letters a to z, digits, and . - _ @")
        }
        if [User.anyone.name, User.martlet.name].contains(name.lowercased()) {
            problems.append("The name \(name) is reserved.")
        }
        if roles.isEmpty {
            problems.append("A user has a role: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        if roles.contains(.administrator), !roles.isDisjoint(with: [.reviewer, .programManager]) {
            problems.append("Who gives roles never signs: an administrator is neither reviewer nor program_manager.")
        }
        return problems
    }
}

extension User {
    /// Asked before every change: managing users and the rules takes an administrator, everything else somebody who may change things.
    /// - Throws: ``IdentityError/mayNotAdminister(user:)``, ``IdentityError/mayNotChange(user:)``.
    public func authorize(_ action: AuditAction) throws(IdentityError) {
        if action.service == "identity" || action.service == "policy" {
            guard mayAdminister else { throw .mayNotAdminister(user: name) }
        } else {
            guard mayChange else { throw .mayNotChange(user: name) }
        }
    }
}
