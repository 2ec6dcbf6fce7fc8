import AuditLog
package import Foundation
package import MartletDomain

extension PackedFeatures {
    /// The file's text: JSON with sorted keys, the same for equal values.
    package var fileText: String { get throws { try canonicalText(self) } }

    /// The files that belong into a model's folder, by name.
    package var files: [(name: String, text: String)] {
        get throws {
            let specification = try specification(at: trainingSet.description)
            return [(Self.fileName, try fileText), (Self.featureSpecName, featureSpec(of: specification))]
        }
    }

    /// SHA-256 of the file, 64 hexadecimal digits.
    package var digest: String { get throws { CanonicalJSON.sha256Hex(try fileText) } }

    package var summary: PackedFeaturesSummary {
        get throws {
            PackedFeaturesSummary(
                digest: try digest, planHash: planHash, trainingSet: trainingSet, contentHash: contentHash,
                views: views.map(\.record), inputs: inputs)
        }
    }

    /// Reads the file of a model's folder, if there is one.
    ///
    /// - Parameter place: What the folder is called in messages.
    /// - Throws: ``PackedFeaturesError/malformed(place:reason:)``.
    package init?(in folder: URL, of place: String) throws {
        let file = folder.appending(path: Self.fileName)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        func refusal(_ reason: String) -> PackedFeaturesError { .malformed(place: place, reason: reason) }
        let size = (try? file.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0
        guard size <= Self.sizeLimit else { throw refusal("it is larger than \(Self.sizeLimit) bytes") }
        let data: Data
        do { data = try Data(contentsOf: file) } catch { throw refusal("it cannot be read") }
        do {
            self = try JSONDecoder().decode(PackedFeatures.self, from: data)
        } catch let error as DecodingError {
            throw refusal(error.place)
        } catch let error as any MartletError {
            throw refusal(error.message)
        } catch {
            throw refusal("it is not JSON")
        }
        guard format == Self.currentFormat else {
            throw refusal("it is of format \(format), and only \(Self.currentFormat) is known")
        }
        _ = try specification(at: place)
    }

    /// What is computed, out of the declaration, the views and the tables' keys as they were packed.
    ///
    /// - Throws: ``PackedFeaturesError/malformed(place:reason:)`` unless all of it gives the packed hashes and plan: who
    ///   changes one without the others has made another thing of it.
    package func specification(at place: String) throws -> TrainingSetSpecification {
        func refusal(_ reason: String) -> PackedFeaturesError { .malformed(place: place, reason: reason) }
        for packed in views where packed.view.planDigest != packed.hash {
            throw refusal("view \(packed.view.name) is not what its hash \(packed.hash.prefix(12)) says")
        }
        guard Set(columns.map(\.name)).count == columns.count else { throw refusal("it names a column twice") }
        var specification: TrainingSetSpecification
        do {
            specification = try TrainingSetSpecification(yaml: declaration, views: views.map(\.view))
        } catch let error as any MartletError {
            throw refusal("its declaration does not read: \(error.message)")
        }
        specification.sources = sources.map(\.declared)
        specification.nameFeatures(
            of: Dictionary(sources.map { ($0.name, $0.columnOrder) }) { first, _ in first })
        let text = specification.canonicalPlan
        guard CanonicalJSON.sha256Hex(text) == planHash else {
            throw refusal("its declaration means another plan than \(planHash.prefix(12))")
        }
        guard let expected = try? decoded(DeclarationNode.self, from: text), expected.inOrder == plan.inOrder else {
            throw refusal("its plan is not what its declaration means")
        }
        return specification
    }
}

extension PackedFeatures.Source {
    fileprivate var declared: TrainingSetSpecification.Source {
        .init(
            name: name, location: .table(table.name, version: nil), primaryKeys: primaryKeys, timeKey: timeKey,
            tieBreak: tieBreak, availableAt: availableAt)
    }
}

extension DeclarationNode {
    /// With the entries of mappings sorted by key: JSON's have no order.
    fileprivate var inOrder: DeclarationNode {
        switch self {
        case .null, .scalar: self
        case .list(let elements): .list(elements.map(\.inOrder))
        case .mapping(let entries):
            .mapping(entries.map { Entry($0.key, $0.value.inOrder) }.sorted { $0.key < $1.key })
        }
    }
}

extension DecodingError {
    /// What is missing or wrong, and where.
    fileprivate var place: String {
        func path(_ keys: [any CodingKey]) -> String {
            keys.isEmpty
                ? "the file" : keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        }
        switch self {
        case .keyNotFound(let key, let context): return "\(path(context.codingPath)) lacks '\(key.stringValue)'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "\(path(context.codingPath)) is of the wrong kind"
        case .dataCorrupted(let context): return "\(path(context.codingPath)): \(context.debugDescription)"
        @unknown default: return "it does not read"
        }
    }
}
