import DeltaLake
import Foundation
import MartletDomain
import Metadata
import ReportPage

extension EvidencePacks {
    /// What the version was trained on, as our record of the training or its own features have it.
    private func trainingTable(of version: ModelVersion) async throws -> TableReference? {
        if let record = try await store.read({ try $0.trainingRecord(of: version) }) { return record.table }
        return (try? await registry.packedFeatures(of: version.id))?.trainingSet
    }

    func addLineage(to draft: inout EvidenceDraft) async throws {
        guard let table = try await trainingTable(of: draft.version) else {
            draft.sections.append(
                EvidenceSection(.lineage, files: [], missing: ["the training set: the version was not trained here"]))
            return
        }
        let lineage = try await datasets.lineage(of: table.name, version: table.version, depth: 10)
        let files = [
            try draft.add("lineage.json", json: lineage),
            draft.add("lineage.html", Data(page(lineage, draft.version.id).utf8)),
        ]
        draft.sections.append(EvidenceSection(.lineage, files: files))
    }

    private func page(_ lineage: DatasetLineage, _ id: ModelVersion.ID) -> String {
        func list(_ nodes: [DatasetLineage.Node], depth: Int = 0) -> String {
            guard !nodes.isEmpty, depth < 12 else { return "" }
            let items = nodes.map { node in
                "<li>\(html(node.kind.rawValue)) <bdi>\(html(shortened(node.name, to: 300)))</bdi>"
                    + (node.detail.map { " — \(html($0))" } ?? "") + (node.isRepeated ? " (above)" : "")
                    + (node.isCut ? " …" : "") + list(node.next, depth: depth + 1) + "</li>"
            }
            return "<ul>\(items.joined())</ul>"
        }
        let title = "Lineage of \(id)"
        return reportPage(
            title: title,
            [
                "<header><h1>\(html(title))</h1><p class=\"verdict\">Trained on \(html(lineage.table.description)).</p></header>",
                "<main><h2>Computed from</h2>", list(lineage.upstream), "<h2>Used by</h2>", list(lineage.downstream),
                "</main>",
            ], data: lineage, dataID: "lineage")
    }

    func addTrainingData(to draft: inout EvidenceDraft) async throws {
        guard let table = try await trainingTable(of: draft.version) else {
            draft.sections.append(EvidenceSection(.trainingData, files: [], missing: ["the training set"]))
            return
        }
        var (files, missing): ([String], [String]) = ([], [])
        let inputs = try await datasets.version(table)?.inputs ?? []
        if inputs.isEmpty { missing.append("the tables that \(table) was computed from") }
        for (place, reference) in ([table] + inputs).enumerated() {
            let name = "training-data/\(place)-\(reference.name.description.asFileName)-v\(reference.version)"
            if let version = try await datasets.version(reference) {
                files.append(try draft.add("\(name).version.json", json: version))
            }
            do {
                let profile = try await datasets.profile(reference.name, version: reference.version)
                files.append(try draft.add("\(name).profile.json", json: profile))
                files.append(draft.add("\(name).profile.html", Data(profilePage(profile).utf8)))
            } catch let error as any MartletError {
                missing.append("the profile of \(reference): \(error.message)")
            }
        }
        if let record = try? await features.trainingSetRecord(table.name, version: table.version) {
            files.append(try draft.add("training-data/training-set.json", json: record))
        } else if let content = try await recordedContent(of: draft.version) {
            files.append(try draft.add("training-data/content.json", json: content))
        } else {
            missing.append("digests of the training set's rows")
        }
        draft.sections.append(EvidenceSection(.trainingData, files: files, missing: missing))
    }

    private func recordedContent(of version: ModelVersion) async throws -> TableContent? {
        try await store.read { db in try db.trainingRecord(of: version)?.content }
    }

    func addMetrics(to draft: inout EvidenceDraft) async throws {
        struct Metrics: Encodable {
            var run: String?
            var metrics: [String: Double]
            var gates: [GateResult]
        }
        var missing: [String] = []
        let run = draft.version.runID.flatMap { $0.isEmpty ? nil : $0 }
        var metrics: [String: Double] = [:]
        if let run, let found = try? await tracking.run(run) {
            metrics = Dictionary(found.metrics.map { ($0.key, $0.value) }) { _, last in last }
        }
        if metrics.isEmpty { missing.append("metrics of the training run") }
        let gates = try await registry.gateResults(of: draft.version.id)
        if gates.isEmpty { missing.append("a gate that measured the sealed files on rows they had not seen") }
        let files = [try draft.add("metrics.json", json: Metrics(run: run, metrics: metrics, gates: gates))]
        draft.sections.append(
            EvidenceSection(.metrics, files: metrics.isEmpty && gates.isEmpty ? [] : files, missing: missing))
    }
}

extension String {
    /// Letters, digits, points, dashes and underscores.
    var asFileName: String {
        String(map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" }.prefix(80))
    }
}
