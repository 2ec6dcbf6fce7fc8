import MartletDomain
import Platform

/// Who asks by GraphQL: fields are found within one task, and each asks for what it shows.
enum GraphQLCaller {
    @TaskLocal static var context: MartletContext?

    /// - Throws: `IdentityError` when the caller may not.
    static func require(_ verb: Verb, on resource: Resource) async throws {
        try await context?.require(verb, on: resource)
    }

    static func visible(_ kind: Scope.Kind, _ verb: Verb) -> Visibility {
        context?.user.visible(kind, by: verb) ?? .all
    }
}
