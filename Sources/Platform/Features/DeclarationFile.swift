package import MartletDomain
import Yams

/// Files of declarations (features, expectations) as people write them: YAML, of which JSON is a part.
package enum DeclarationFile {
    /// Largest text that is read, in bytes.
    package static let sizeLimit = 1_000_000
    /// Most values, counting each use of an alias, so that a few lines cannot stand for millions.
    package static let valueLimit = 100_000

    /// Reads the text without saying what it means.
    /// - Throws: ``InvalidRequest`` for text that is no YAML, or goes beyond a limit.
    package static func node(yaml text: String) throws -> DeclarationNode {
        guard text.utf8.count <= sizeLimit else {
            throw InvalidRequest("The file was not read: it is larger than \(sizeLimit) bytes.")
        }
        do {
            guard let root = try Yams.compose(yaml: text) else { throw InvalidRequest("The file is empty.") }
            var budget = valueLimit
            try check(root, depth: 0, &budget)
            return try YAMLDecoder().decode(DeclarationNode.self, from: root)
        } catch let error as InvalidRequest {
            throw error
        } catch let error as DecodingError {
            throw InvalidRequest("The file was not read: \(reason(error)).")
        } catch {
            throw InvalidRequest("The file was not read, because it is not valid YAML: \(error)")
        }
    }

    private static func check(_ node: Node, depth: Int, _ budget: inout Int) throws {
        budget -= 1
        guard budget >= 0 else { throw InvalidRequest("The file was not read: it has over \(valueLimit) values.") }
        guard depth <= DeclarationNode.depthLimit else {
            throw InvalidRequest("The file was not read: it nests over \(DeclarationNode.depthLimit) levels deep.")
        }
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                guard key.scalar != nil else { throw InvalidRequest("The file was not read: a key is not a word.") }
                try check(value, depth: depth + 1, &budget)
            }
        case .sequence(let sequence): for element in sequence { try check(element, depth: depth + 1, &budget) }
        case .scalar: break
        case .alias: throw InvalidRequest("The file was not read: it refers to an anchor that it does not define.")
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context),
            .keyNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }
}

extension FeatureView {
    /// Reads a file of one view, or of several under `feature_views`.
    /// - Throws: ``FeatureError/invalidDeclaration(_:)`` with every problem, ``InvalidRequest`` for text that is no
    ///   YAML.
    package static func views(yaml text: String) throws -> [FeatureView] {
        try views(in: DeclarationFile.node(yaml: text))
    }
}

extension FeatureView {
    /// Reads views as they were declared: SQL when the text begins with CREATE, else YAML.
    package static func views(declared text: String) throws -> [FeatureView] {
        let lines = text.split(whereSeparator: \.isNewline).lazy.map { $0.drop(while: \.isWhitespace) }
        let first = lines.first { !$0.isEmpty && !$0.hasPrefix("--") && !$0.hasPrefix("#") } ?? ""
        return first.prefix(7).uppercased() == "CREATE " ? try views(sql: text) : try views(yaml: text)
    }
}

extension TrainingSetSpecification {
    /// Reads a file of one training set.
    /// - Throws: ``FeatureError/issues(_:)`` with every problem, ``InvalidRequest`` for text that is no YAML.
    /// - Parameter isChecked: False to leave ``issues`` to be told with those of the tables.
    package init(yaml text: String, views: [FeatureView] = [], isChecked: Bool = true) throws {
        try self.init(in: DeclarationFile.node(yaml: text), views: views, isChecked: isChecked)
    }
}
