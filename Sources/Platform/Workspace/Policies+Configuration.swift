package import MartletDomain
import Yams

extension Policies {
    private enum Key: String, CodingKey { case policies, policy, people }

    /// What a workspace's configuration says under `policies:` or, for one policy, `policy:`, and under `people:`.
    init(configuration decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let key: Key = container.contains(.policies) ? .policies : .policy
        let node = LocatedNode(try container.decode(DeclarationNode.self, forKey: key))
        let people = try container.decodeIfPresent(DeclarationNode.self, forKey: .people)
        self = try Policies(node, people: people.map { LocatedNode($0) })
    }

    /// Reads the policies of a configuration for what is wrong with them, line by line.
    /// - Throws: ``ConfigurationProblems``; nothing for text that is no YAML, or no mapping.
    static func check(yaml text: String) throws {
        guard let root = try? Yams.compose(yaml: text), root.mapping != nil else { return }
        _ = try read(root)
    }

    fileprivate static func read(_ root: Node) throws -> Policies {
        let (list, single) = (root["policies"], root["policy"])
        if let list, single != nil {
            let line = list.mark.map { "line \($0.line): " } ?? ""
            throw ConfigurationProblems(["\(line)there is policies: and policy:. Put all under policies:."])
        }
        guard let node = list ?? single else {
            throw ConfigurationProblems([
                "policies: is missing. What was asked for does not go away with it: write it again, or `policy: {}` to ask for "
                    + "nothing."
            ])
        }
        return try Policies(try located(node), people: try root["people"].map { try located($0) })
    }

    private static func located(_ node: Node, depth: Int = 0) throws -> LocatedNode {
        guard depth <= DeclarationNode.depthLimit else {
            throw ConfigurationProblems(["it nests over \(DeclarationNode.depthLimit) levels deep"])
        }
        let line = node.mark?.line
        switch node {
        case .mapping(let mapping):
            let entries = try mapping.map { key, value in
                LocatedNode.Entry(
                    key.string ?? "", line: key.mark?.line ?? line, try located(value, depth: depth + 1))
            }
            return LocatedNode(line: line, .mapping(entries))
        case .sequence(let sequence):
            return LocatedNode(line: line, .list(try sequence.map { try located($0, depth: depth + 1) }))
        case .scalar, .alias:
            var located = LocatedNode(try YAMLDecoder().decode(DeclarationNode.self, from: node))
            located.line = line
            return located
        }
    }
}

/// The policies of a configuration file, before a workspace is opened with it.
package enum PolicyFile {
    /// - Throws: ``ConfigurationProblems`` with everything that is wrong, ``InvalidRequest`` for text that is no YAML.
    package static func policies(yaml text: String) throws -> Policies {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw InvalidRequest("The file was not read, because it is not valid YAML: \(words(ofDecoding: error))")
        }
        guard let root, root.mapping != nil else { throw InvalidRequest("The file is no mapping.") }
        return try Policies.read(root)
    }
}
