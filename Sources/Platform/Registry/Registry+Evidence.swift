import Foundation
import MartletDomain
import Metadata
import Yams

/// What a look at a version's files says, which no transaction can take.
struct FileFacts: Sendable {
    /// The files' digest as they are now; nil when there are none.
    var digest: String?
    var hasSignature = false
}

extension Registry {
    /// Looks at a version's files, if the policy asks for what they say; nil if it does not, or there is no such
    /// version.
    func fileFacts(of id: ModelVersion.ID, under policy: Policy, always: Bool = false) async throws -> FileFacts? {
        guard always || policy.asksForFiles else { return nil }
        guard let version = try? await self.version(id), let folder = version.artifactPath else { return FileFacts() }
        var facts = FileFacts()
        do {
            facts.digest = try await artifacts.digest(of: folder).sha256
        } catch ArtifactError.nothingToSeal {
            return facts
        }
        let file = try artifacts.localURL(folder).appending(path: "MLmodel")
        facts.hasSignature = try await offTheCooperativePool { Self.hasSignature(file) }
        return facts
    }

    /// Whether an MLmodel file says what goes in and comes out.
    private static func hasSignature(_ file: URL) -> Bool {
        guard let handle = try? FileHandle(forReadingFrom: file) else { return false }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: 1 << 20),
            let root = try? Yams.compose(yaml: String(decoding: data, as: UTF8.self)),
            let signature = root["signature"]
        else { return false }
        return signature.mapping.map { !$0.isEmpty } ?? false
    }
}

extension Policy {
    private var all: [Requirements] { order.map { self[$0] } + [rollback.requirements] }

    fileprivate var asksForFiles: Bool { all.contains { $0.signature || $0.sealed } }
    fileprivate var asksForMetrics: Bool { all.contains { !$0.metrics.isEmpty } }
    fileprivate var asksForData: Bool { all.contains { $0.dataQuality != nil || $0.trainingDrift != nil } }
    fileprivate var asksForTests: Bool { all.contains { $0.unitTests != nil } }
    fileprivate var asksForCard: Bool { all.contains { !$0.modelCard.isEmpty } }
}

extension Snapshot {
    /// All that is on record for and against a version, of what the policy asks for.
    ///
    /// - Parameters:
    ///   - files: What a look at the files said; nil takes the seal's word and a signature for granted, where nothing
    ///     is
    ///     decided by it.
    ///   - now: Milliseconds since 1970 UTC.
    func evidence(
        on stored: StoredVersion, under policy: Policy, files: FileFacts?, at now: Int64
    ) throws -> Evidence {
        let moment = try registryTime(now)
        var evidence = Evidence(
            signOffs: try signOffs(of: stored), monitoringPlan: try monitoringPlan(ofModel: stored.model),
            gateResults: try gateResults(of: stored), features: try featureEvidence(of: stored, at: moment))
        evidence.moment = moment
        evidence.planSetAt =
            try row(
                "SELECT set_at FROM monitoring_plans WHERE model = ? ORDER BY revision DESC LIMIT 1",
                [.integer(stored.model)])?.integer("set_at") ?? 0
        let version = stored.version
        if version.artifactCount > 0 {
            evidence.authors = Set(
                try rows(
                    "SELECT DISTINCT registered_by FROM model_versions WHERE artifact_digest = ?",
                    [.text(version.artifactDigest)]
                ).map { try $0.text("registered_by") })
        }
        evidence.requests = try openRequests(of: stored).map { .init($0.stage, by: $0.requestedBy, at: $0.createdAt) }
        if policy.asksForMetrics {
            evidence.evaluations = try evaluations(of: stored)
            evidence.productionEvaluations = try productionVersion(ofModel: stored.model).flatMap {
                $0.number == stored.number ? nil : try evaluations(of: $0)
            }
        }
        if policy.asksForData {
            evidence.trainingData = try trainingData(of: stored)
            evidence.trainingDrift = try trainingDrifts(of: stored)
        }
        if policy.asksForTests { evidence.testResults = try testResults(of: stored) }
        if policy.asksForCard { evidence.cardFields = try cardFields(of: stored) }
        if policy.asksForFiles {
            let isOfThese = files.map { $0.digest == version.artifactDigest } ?? true
            evidence.hasSignature = isOfThese && (files?.hasSignature ?? true)
            let isAsSealed = try seal(of: version) == version.artifactDigest
            evidence.isSealed = isAsSealed && isOfThese
        }
        return evidence
    }

    /// The digest that a version's folder is sealed with; nil when it is not.
    func seal(of version: ModelVersion) throws -> String? {
        guard let folder = version.artifactPath else { return nil }
        return try row("SELECT digest FROM sealed_artifacts WHERE prefix = ?", [.text(folder)])?.text("digest")
    }

    /// The version in Production, the greatest number if there are several.
    func productionVersion(ofModel model: Int64) throws -> StoredVersion? {
        try versions(
            "WHERE r.model = ? AND r.stage = 'Production' AND r.deleted_at IS NULL ORDER BY r.version DESC LIMIT 1",
            [.integer(model)]
        ).first
    }

    /// The training set of a version that was trained here with the tables that it was made from, and what suites found
    /// in these versions of them. The training set comes first.
    private func trainingData(of stored: StoredVersion) throws -> Evidence.TrainingData {
        guard let training = try trainingRecord(of: stored.version)?.table else { return .init() }
        var tables = [training]
        let inputs = try rows(
            "SELECT input_name, input_version FROM dataset_inputs WHERE name = ? AND version = ? "
                + "ORDER BY input_name, input_version", [.text(training.name.description), .integer(training.version)])
        tables += try inputs.map {
            try TableReference("\(try $0.text("input_name"))@\(try $0.integer("input_version"))")
        }
        var data = Evidence.TrainingData(tables: tables)
        for table in tables {
            let found = try rows(
                "SELECT suite, suite_digest, stopped FROM quality_runs WHERE table_name = ? AND table_version = ? "
                    + "ORDER BY ran_at, id",
                [.text(table.name.description), .integer(table.version)])
            data.runs += try found.map {
                .init(
                    suite: try $0.text("suite"), digest: try $0.textIfPresent("suite_digest"), table: table,
                    passed: !(try $0.boolean("stopped")))
            }
        }
        return data
    }

    /// The fields of the model card that tags `model_card.FIELD` of the version or its model fill in, and
    /// `description`.
    private func cardFields(of stored: StoredVersion) throws -> Set<String> {
        let prefix = "model_card."
        let ofModel = try rows(
            "SELECT key, value FROM registered_model_tags WHERE model = ?", [.integer(stored.model)]
        ).map { KeyedText(try $0.text("key"), try $0.text("value")) }
        var fields = Set(
            (ofModel + stored.version.tags).filter {
                $0.key.hasPrefix(prefix) && !$0.value.allSatisfy(\.isWhitespace)
            }.map { String($0.key.dropFirst(prefix.count)) })
        let model = try row("SELECT description FROM registered_models WHERE number = ?", [.integer(stored.model)])
        let texts = [stored.version.text, try model?.textIfPresent("description") ?? ""]
        if texts.contains(where: { !$0.allSatisfy(\.isWhitespace) }) { fields.insert("description") }
        return fields
    }
}
