package import MartletDomain
import Metadata

/// Principals who are given roles together.
package struct GroupRecord: Sendable, Hashable {
    package var name: String
    /// By name.
    package var members: [String]
}

extension Identity {
    package func createGroup(_ name: String, by caller: Caller) async throws {
        try await store.change(AuditAction("identity", "create_group", ["name": name]), by: caller) { db in
            let problems = User.problems(name: name, roles: [.viewer])
            guard problems.isEmpty else { throw IdentityError.invalid(problems) }
            guard try db.row("SELECT name FROM principal_groups WHERE name = ?", [.text(name)]) == nil else {
                throw IdentityError.groupExists(name)
            }
            try db.execute(
                "INSERT INTO principal_groups (name, created_by, created_at) VALUES (?, ?, ?)",
                [.text(name), .text(caller.user.name), .integer(db.now)])
        }
    }

    /// Removes a group, and with it what its members had by it.
    package func deleteGroup(_ name: String, by caller: Caller) async throws {
        try await take("delete_group", ["name": name], by: caller) { db in
            try db.require(.group(name))
            try db.execute("DELETE FROM group_members WHERE group_name = ?", [.text(name)])
            try db.execute("DELETE FROM role_bindings WHERE member = ?", [.text("\(Member.group(name))")])
            try db.execute("DELETE FROM principal_groups WHERE name = ?", [.text(name)])
        }
    }

    /// Puts an account into a group; nothing changes if it is there.
    package func add(_ member: String, to group: String, by caller: Caller) async throws {
        try await give("add_member", ["group": group, "member": member], by: caller) { db in
            try db.require(.group(group))
            try db.requireUser(member)
            let isThere = try db.row(
                "SELECT member FROM group_members WHERE member = ? AND group_name = ?", [.text(member), .text(group)])
            guard isThere == nil else { return }
            try db.execute(
                "INSERT INTO group_members (member, group_name) VALUES (?, ?)", [.text(member), .text(group)])
            try db.refuseConflicts(in: [member])
        }
    }

    package func remove(_ member: String, from group: String, by caller: Caller) async throws {
        try await take("remove_member", ["group": group, "member": member], by: caller) { db in
            try db.require(.group(group))
            let changed = try db.execute(
                "DELETE FROM group_members WHERE member = ? AND group_name = ?", [.text(member), .text(group)])
            guard changed > 0 else { throw IdentityError.invalid(["\(member) is not in the group \(group)."]) }
        }
    }

    /// All groups, by name.
    package func groups() async throws -> [GroupRecord] {
        try await store.read { db in
            try db.rows("SELECT name FROM principal_groups ORDER BY name").map { row in
                let name = try row.text("name")
                return GroupRecord(name: name, members: try db.principals(of: .group(name)))
            }
        }
    }
}
