import Foundation
import MartletDomain
import MartletServer
import TestKit
import Testing

/// `docs/reference/routes.md` is made of the routes themselves: `MARTLET_WRITE_REFERENCE=1 swift test --filter
/// RouteReferenceTests` writes it.
struct RouteReferenceTests {
    @Test func `The page of routes is what the server has`() async throws {
        let routes = try await withServer { $0.application.routes }
        let page = Self.page(of: routes)
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../docs/reference/routes.md").standardizedFileURL
        if ProcessInfo.processInfo.environment["MARTLET_WRITE_REFERENCE"] != nil {
            try Data(page.utf8).write(to: file)
        }
        let written = try String(contentsOf: file, encoding: .utf8)
        #expect(written == page, "write it again: MARTLET_WRITE_REFERENCE=1 swift test --filter RouteReferenceTests")
    }

    /// A line for each route; those that MLflow's clients ask by several prefixes have one line.
    private static func page(of routes: [RouteRecord]) -> String {
        struct Line: Hashable {
            var path: String
            var method: String
            var verb: String
            var scopes: String
        }
        var prefixes: [Line: (names: Set<String>, versions: Set<String>)] = [:]
        for route in routes {
            let parts = route.path.split(separator: "/", maxSplits: 2).map(String.init)
            let isMLflow =
                parts.count == 3 && ["api", "ajax-api"].contains(parts[0]) && ["2.0", "3.0"].contains(parts[1])
            var line = Line(path: isMLflow ? parts[2] : route.path, method: route.method, verb: "", scopes: "")
            switch route.need {
            case .verb(let verb, let kinds):
                line.verb = "`\(verb)`"
                let smaller = Scope.Kind.allCases.filter { $0 != .workspace }
                let isOwn = Set(kinds) == Set(smaller)
                line.scopes = isOwn ? "anything" : (["workspace"] + kinds.map(\.rawValue)).joined(separator: ", ")
            case .nothing(let reason): line.scopes = "open to anybody: \(reason)"
            }
            if isMLflow {
                prefixes[line, default: ([], [])].names.insert(parts[0])
                prefixes[line, default: ([], [])].versions.insert(parts[1])
            } else {
                prefixes[line] = ([], [])
            }
        }
        func either(_ words: Set<String>) -> String {
            words.count == 1 ? words.joined() : "{\(words.sorted().joined(separator: ","))}"
        }
        let lines = prefixes.map { line, found in
            var line = line
            if !found.names.isEmpty { line.path = "/\(either(found.names))/\(either(found.versions))/\(line.path)" }
            return line
        }.sorted { ($0.path, $0.method) < ($1.path, $1.method) }
        return """
            # Routes

            Every route, the verb it takes, and what a role that has the verb can be given on to let somebody use it. `martlet server
            --routes` prints the same, each path by itself. [Who may do what](../guides/access.md) says how roles are given.

            | | Path | Verb | A role on |
            |---|---|---|---|

            """ + lines.map { "| \($0.method) | `\($0.path)` | \($0.verb) | \($0.scopes) |\n" }.joined()
    }
}
