import MartletDomain
import Platform

/// How a route finds out what a request is about.
struct Locator<Subject>: Sendable {
    /// What a role can be given on to let somebody use the route; nil for routes about nothing smaller than the
    /// workspace.
    let kinds: [Scope.Kind]
    let find: @Sendable (Subject) throws -> Resource

    init(_ kinds: [Scope.Kind], _ find: @escaping @Sendable (Subject) throws -> Resource) {
        (self.kinds, self.find) = (kinds, find)
    }

    /// Nothing smaller than the workspace.
    static var workspace: Locator { Locator([]) { _ in .workspace } }

    /// One's own account: a token for single things says nothing of its owner's others.
    static var account: Locator { Locator(Scope.Kind.allCases.filter { $0 != .workspace }) { _ in .account } }

    /// Who one is, and what everybody has who has anything.
    static var own: Locator { Locator(Scope.Kind.allCases.filter { $0 != .workspace }) { _ in .visible } }

    /// A search over things of a kind: it finds what the caller may see.
    static func visible(_ kind: Scope.Kind) -> Locator { Locator([kind]) { _ in .visible } }

    static func experiment(_ id: @escaping @Sendable (Subject) throws -> String?) -> Locator {
        Locator([.experiment]) { subject in try id(subject).map { Resource.experiments([$0]) } ?? .workspace }
    }

    static func experiments(_ ids: @escaping @Sendable (Subject) throws -> [String]) -> Locator {
        Locator([.experiment]) { subject in .experiments(try ids(subject)) }
    }

    static func run(_ id: @escaping @Sendable (Subject) throws -> String?) -> Locator {
        Locator([.experiment]) { subject in try id(subject).map { Resource.runs([$0]) } ?? .workspace }
    }

    static func runs(_ ids: @escaping @Sendable (Subject) throws -> [String]) -> Locator {
        Locator([.experiment]) { subject in .runs(try ids(subject)) }
    }

    static func loggedModel(_ id: @escaping @Sendable (Subject) throws -> String?) -> Locator {
        Locator([.experiment]) { subject in try id(subject).map { Resource.loggedModels([$0]) } ?? .workspace }
    }

    static func model(_ name: @escaping @Sendable (Subject) throws -> String?) -> Locator {
        Locator([.registeredModel]) { subject in try name(subject).map { Resource.registeredModels([$0]) } ?? .workspace
        }
    }

    /// The model that a comment is about.
    static func comment(_ id: @escaping @Sendable (Subject) throws -> String?) -> Locator {
        Locator([.registeredModel]) { subject in try id(subject).map { Resource.comment($0) } ?? .workspace }
    }

    static func modelURI(_ uri: @escaping @Sendable (Subject) throws -> String?) -> Locator {
        Locator([.registeredModel, .experiment]) { subject in
            try uri(subject).map { Resource.modelURI($0) } ?? .workspace
        }
    }

    static func table(_ name: @escaping @Sendable (Subject) throws -> String?) -> Locator {
        Locator([.featureTable]) { subject in try name(subject).map { Resource.tables([$0]) } ?? .workspace }
    }

    static func tables(_ names: @escaping @Sendable (Subject) throws -> [String]) -> Locator {
        Locator([.featureTable]) { subject in .tables(try names(subject)) }
    }

    /// Several of these at once: all of them are asked for.
    static func all(
        _ kinds: [Scope.Kind], _ resources: @escaping @Sendable (Subject) throws -> [Resource]
    ) -> Locator {
        Locator(kinds) { subject in .all(try resources(subject)) }
    }
}
