package import Foundation
package import MartletDomain
package import Metadata

/// Puts together what is on record of a model version, for an auditor who was never given a login.
package struct EvidencePacks: Sendable {
    let store: Store
    let tracking: Tracking
    let artifacts: Artifacts
    let registry: Registry
    let datasets: Datasets
    let features: Features
    let monitoring: Monitoring
    let audit: Audit
    let workspace: String

    package init(
        store: Store, tracking: Tracking, artifacts: Artifacts, registry: Registry, datasets: Datasets,
        features: Features, monitoring: Monitoring, audit: Audit, workspace: String
    ) {
        (self.store, self.tracking, self.artifacts, self.registry) = (store, tracking, artifacts, registry)
        (self.datasets, self.features, self.monitoring) = (datasets, features, monitoring)
        (self.audit, self.workspace) = (audit, workspace)
    }
}

/// What is being put together: files, sections and the sentences about what is missing.
struct EvidenceDraft: Sendable {
    let version: ModelVersion
    var files: [ZipArchive.File] = []
    var sections: [EvidenceSection] = []

    mutating func add(_ path: String, _ data: Data) -> String {
        files.append(.init(path, data))
        return path
    }

    mutating func add(_ path: String, json value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return add(path, try encoder.encode(value))
    }
}

extension EvidencePacks {
    /// Reports of checks that a pack takes at most, the newest first; the rest is named by its run.
    static let mostReports = 36
    /// A report's largest size, in bytes.
    static let largestReport: Int64 = 8 << 20

    /// The pack of the version that `models:/NAME/STAGE`, `models:/NAME@ALIAS` or `models:/NAME/VERSION` means now: a
    /// ZIP.
    ///
    /// The same records at the same time of the workspace's clock give the same bytes. What is missing is said to be,
    /// in the pack.
    package func pack(_ modelURI: String, by caller: Caller) async throws -> Data {
        let version = try await registry.resolve(modelURI)
        var draft = EvidenceDraft(version: version)
        try await addCard(to: &draft)
        try await addFiles(to: &draft)
        try await addLineage(to: &draft)
        try await addTrainingData(to: &draft)
        try await addMetrics(to: &draft)
        let log = try await addLog(to: &draft, by: caller)
        try await addApprovals(to: &draft, log)
        try await addPolicy(to: &draft, log)
        try await addMonitoring(to: &draft)
        try await addSoftware(to: &draft)
        return try finish(draft, by: caller)
    }

    private func finish(_ draft: EvidenceDraft, by caller: Caller) throws -> Data {
        var files = draft.files
        let order = EvidenceSection.Kind.allCases
        let sections = draft.sections.sorted {
            (order.firstIndex(of: $0.kind) ?? 0) < (order.firstIndex(of: $1.kind) ?? 0)
        }
        var manifest = EvidenceManifest(
            workspace: workspace, model: draft.version.id.name, version: "\(draft.version.id.version)",
            madeAt: "\(Instant(microseconds: store.clock.now * 1_000))", madeBy: caller.user.name, sections: sections,
            demands: Dictionary(uniqueKeysWithValues: order.map { ($0.rawValue, $0.demands) }), files: [])
        files.insert(.init("index.html", Data(indexPage(manifest, draft.version).utf8)), at: 0)
        manifest.files = files.map {
            SealedFile(path: $0.path, sha256: $0.data.sha256, bytes: Int64($0.data.count))
        }
        let data = Data(try canonicalText(manifest).utf8)
        files.append(.init(EvidenceManifest.path, data))
        let note = try audit.note(over: EvidenceManifest.note(sha256: data.sha256))
        files.append(.init(EvidenceManifest.notePath, Data(note.utf8)))
        return try ZipArchive(files).encoded()
    }
}
