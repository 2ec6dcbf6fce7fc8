/// What somebody may do about a registered model: the one place where the registry asks for roles.
extension User {
    /// The roles, of these, in which this person may sign for versions of a model.
    public func signingRoles(of signers: [Role], forModel name: String) -> [Role] {
        signingRoles(of: signers, on: .registeredModel(name))
    }

    /// - Throws: ``IdentityError/mayNotAdminister(user:)`` to who may not set the registry's rules and time.
    public func requirePolicyAdministration() throws(IdentityError) {
        guard mayAdminister else { throw .mayNotAdminister(user: name) }
    }

    /// Whether this person's word counts on the way into a stage: by a role that is asked for or, where none is, by any
    /// with which one may change things.
    public func mayDecide(_ stage: Stage, of model: String, under policy: Policy) -> Bool {
        guard mayChange else { return false }
        let asked = policy.stages(on: stage).flatMap(\.requirements.signOffs)
        return asked.isEmpty || !signingRoles(of: asked, forModel: model).isEmpty
    }
}
