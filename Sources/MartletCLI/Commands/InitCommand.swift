import ArgumentParser
import AuditLog
import Foundation
import MartletDomain
import Platform

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a workspace with a policy, and users who sign.",
        discussion: """
            Staging then needs a sign-off by a reviewer; Production one by a program manager, a monitoring plan, and a passed \
            performance gate. Who registers or asks never approves. Tokens are shown once and stored only as hashes. Keep the \
            public key of the audit log where the workspace's keepers cannot change it.

            Example: martlet init --workspace prod --user trainer:contributor --user validator:reviewer \
            --user director:program_manager --user keeper:administrator
            """)

    @Option(help: "The folder to make. Default: MARTLET_WORKSPACE, else martlet-data.")
    var workspace: String?

    @Option(
        name: .customLong("user"),
        help: ArgumentHelp(
            "A user and roles, as NAME:ROLE[,ROLE]. Roles: \(Role.allCases.map(\.rawValue).joined(separator: ", ")). "
                + "May be given again. Default: a contributor, reviewer, program_manager, auditor and administrator.",
            valueName: "name:roles"))
    var users: [String] = []

    @Flag(help: "Print data as JSON.")
    var json = false

    struct Made: Encodable {
        struct Account: Encodable {
            var name: String
            var roles: [String]
            var token: String
        }
        var workspace: String
        var auditKey: String
        var users: [Account]

        enum CodingKeys: String, CodingKey {
            case workspace, users
            case auditKey = "audit_key"
        }
    }

    /// Whom a workspace has at first, unless others are named.
    private static let usual: [Role] = [.contributor, .reviewer, .programManager, .auditor, .administrator]

    func run() async throws {
        let folder = (try? ConnectionOptions.parse(workspace.map { ["--workspace", $0] } ?? []))?.folder
        guard let folder else { throw ValidationError("The workspace folder cannot be used.") }
        if folder.exists { throw WorkspaceError.alreadyExists(folder.folder.path) }
        let wanted = try users.isEmpty ? Self.usual.map { User(name: $0.rawValue, roles: [$0]) } : users.map(user)
        let names = wanted.map(\.name)
        let problems =
            wanted.flatMap { User.problems(name: $0.name, roles: $0.roles) }
            + Set(names.filter { name in names.count { $0 == name } > 1 }).sorted().map {
                "The user \($0) is named twice."
            }
            + (wanted.contains { $0.roles.contains(.administrator) }
                ? [] : ["Nobody could give roles or renew tokens: add --user NAME:administrator."])
        guard problems.isEmpty else { throw InvalidRequest(problems) }
        let made = try await withPlatform(at: folder, creating: .governed) { platform in
            var accounts: [Made.Account] = []
            for user in wanted {
                let token = try await platform.identity.createUser(user.name, roles: user.roles, by: .setup)
                accounts.append(.init(name: user.name, roles: user.roles.map(\.rawValue).sorted(), token: token))
            }
            return Made(
                workspace: folder.folder.path, auditKey: platform.audit.verificationKey.description, users: accounts)
        }
        if json { return try printJSON(made) }
        print("Made a governed workspace in \(made.workspace).")
        print("The audit log's public key; keep it elsewhere too:\n  \(made.auditKey)")
        print("Tokens, shown only now:")
        printTable(
            ["  USER", "ROLES", "TOKEN"],
            made.users.map { ["  " + $0.name, $0.roles.joined(separator: ","), $0.token] })
        print("Serve it with: martlet server --workspace \(made.workspace)")
    }

    private func user(_ text: String) throws -> User {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let words = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
        let roles = words.compactMap(Role.init(word:))
        guard parts.count == 2, !roles.isEmpty, roles.count == words.count else {
            throw ValidationError(
                "'\(text)' is not NAME:ROLE[,ROLE] with roles of \(Role.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
        return User(name: parts[0], roles: Set(roles))
    }
}
