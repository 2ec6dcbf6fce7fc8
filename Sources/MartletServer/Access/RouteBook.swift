import HTTPTypes
package import MartletDomain
import Synchronization

/// A route, and what it takes to use it.
package struct RouteRecord: Sendable, Hashable {
    package var method: String
    /// With `:name` for one part that differs, and `**` for all that follow.
    package var path: String
    package var need: Need

    package enum Need: Sendable, Hashable {
        /// A role that has the verb on the workspace, or on a thing of one of the kinds.
        case verb(Verb, on: [Scope.Kind])
        /// Nothing: anybody may ask, for the reason given.
        case nothing(String)
    }
}

/// All routes of a server, each with what it takes to use it. A route cannot be made without.
final class RouteBook: Sendable {
    private let records = Mutex<[RouteRecord]>([])
    private let doors = Mutex((paths: Set<String>(), prefixes: [String]()))

    func add(_ record: RouteRecord) {
        records.withLock { $0.append(record) }
        guard case .nothing = record.need else { return }
        let fixed = record.path.prefix { $0 != ":" && $0 != "*" }
        doors.withLock { doors in
            if fixed.count == record.path.count {
                doors.paths.insert(record.path)
            } else {
                doors.prefixes.append(String(fixed))
            }
        }
    }

    /// Whether a path is one that anybody may ask. A route that takes a verb lets nobody in without one, whatever this
    /// says.
    func isOpen(_ path: String) -> Bool {
        doors.withLock { doors in doors.paths.contains(path) || doors.prefixes.contains(where: path.hasPrefix) }
    }

    var all: [RouteRecord] {
        records.withLock { records in
            records.sorted { ($0.path, $0.method) < ($1.path, $1.method) }
        }
    }
}
