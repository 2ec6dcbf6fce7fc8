extension User {
    /// Whether this person may change anything at all: who only reads or only administers may not.
    public var mayChange: Bool {
        if isUnbounded || roles.contains(where: \.mayChange) { return true }
        return access?.bindings.contains { binding in
            Role(word: binding.role)?.mayChange
                ?? (access?.customRoles[binding.role] ?? []).contains { !$0.isReading }
        } ?? false
    }

    /// Whether this person may make users and give them roles.
    public var mayAdminister: Bool { may("identity.create_user", on: .workspace) }

    /// Whether this person may give roles, or act as others: by an administrator's role or by one that was made of
    /// verbs, whatever the token that they came with is good for.
    public var mayGiveRoles: Bool {
        var person = self
        person.access?.limits = nil
        let ways: [Verb] = [
            "identity.grant_role", "identity.create_role", "identity.add_member", "identity.create_user",
            "identity.create_token", "identity.renew_token", "identity.set_password",
        ]
        return ways.contains { person.may($0, on: .workspace) }
    }

    /// The roles, of those that a stage takes sign-offs by, in which this person may sign. Who gives roles never signs,
    /// except in a workspace of one person, where nothing hangs on it.
    public func signingRoles(of signers: [Role], on resource: Scope = .workspace) -> [Role] {
        let roles = roles(on: resource)
        guard !roles.contains(.administrator) && !mayGiveRoles || self == .anyone else { return [] }
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
            problems.append(
                "The name '\(name.prefix(80))' does not go: a name is 1 to 64 of the letters a to z, digits, and . - _ @"
            )
        }
        if [User.anyone.name, User.martlet.name].contains(name.lowercased()) {
            problems.append("The name \(name) is reserved.")
        }
        if roles.isEmpty {
            problems.append("A user has a role: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return problems + conflicts(roles)
    }

    /// What is wrong with having these roles at once; empty if nothing is.
    public static func conflicts(_ roles: Set<Role>) -> [String] {
        guard roles.contains(.administrator), !roles.isDisjoint(with: [.reviewer, .programManager]) else { return [] }
        return ["Who gives roles never signs: an administrator is neither reviewer nor program_manager."]
    }
}
