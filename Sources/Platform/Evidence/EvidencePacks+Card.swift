import DeltaLake
import Foundation
import MartletDomain
import Metadata
import ModelRuntime
import ReportPage

/// What a model is, for people who decide about it.
struct ModelCardPage: Sendable, Codable {
    var model: String
    var version: String
    var stage: String
    var aliases: [String]
    /// What was said of the model, and of the version.
    var about: String
    var aboutVersion: String
    /// The words of ``ModelCardPage/fields`` by name; those that nobody gave are missing.
    var statements: [String: String]
    var owner: String?
    var registeredBy: String
    var registeredAt: String
    var source: String
    var runID: String?
    var parameters: [String: String]
    var metrics: [String: Double]
    /// MLflow's JSON of inputs and outputs.
    var signature: [String: String]?
    var program: CodeVersion?
    var missing: [String]

    /// What a card has words for, kept as tags of the model or the version, with or without `model_card.` before.
    static let fields = [
        "intended_use", "out_of_scope_use", "limitations", "ethical_considerations", "users", "training_data",
        "evaluation", "contact",
    ]

    enum CodingKeys: String, CodingKey {
        case model, version, stage, aliases, about, statements, owner, source, parameters, metrics, signature
        case program, missing
        case aboutVersion = "about_version"
        case registeredBy = "registered_by"
        case registeredAt = "registered_at"
        case runID = "run_id"
    }
}

extension EvidencePacks {
    func addCard(to draft: inout EvidenceDraft) async throws {
        let version = draft.version
        let model = try await registry.model(version.id.name)
        var missing: [String] = []
        var statements: [String: String] = [:]
        for field in ModelCardPage.fields {
            let tags = version.tags + model.tags
            let value = tags.first { $0.key == "model_card." + field || $0.key == field }?.value
            if let value, !value.isEmpty { statements[field] = value } else { missing.append("\(field): no such tag") }
        }
        let about = model.text ?? ""
        if about.isEmpty { missing.append("a description of the model") }
        var run: Run?
        if let id = version.runID, !id.isEmpty { run = try? await tracking.run(id) }
        if run == nil { missing.append("the run that trained it") }
        let plan = try await registry.monitoringPlan(version.id.name)
        if plan == nil { missing.append("an owner: there is no monitoring plan") }
        let manifest = version.artifactPath.flatMap { path in
            (try? artifacts.localURL(path)).flatMap { try? MLflowModelDirectory.read($0).manifest }
        }
        if manifest?.signature == nil { missing.append("the signature of its inputs and outputs") }
        let program = run.map { CodeVersion(tags: $0.tags) }
        if program?.commit == nil { missing.append("the git commit of the program that trained it") }
        let signature = manifest?.signature
        let card = ModelCardPage(
            model: version.id.name, version: "\(version.id.version)", stage: version.stage.rawValue,
            aliases: version.aliases, about: about, aboutVersion: version.text, statements: statements,
            owner: plan?.owner, registeredBy: version.registeredBy,
            registeredAt: "\(Instant(microseconds: version.createdAt * 1_000))", source: version.source,
            runID: run?.info.id,
            parameters: Dictionary(run?.params.map { ($0.key, $0.value) } ?? []) { first, _ in first },
            metrics: Dictionary(run?.metrics.map { ($0.key, $0.value) } ?? []) { _, last in last },
            signature: signature.map {
                ["inputs": $0.inputs?.json, "outputs": $0.outputs?.json].compactMapValues(\.self)
            },
            program: program, missing: missing)
        let files = [
            try draft.add("model-card.json", json: card), draft.add("model-card.html", Data(page(card).utf8)),
        ]
        draft.sections.append(EvidenceSection(.modelCard, files: files, missing: missing))
    }

    private func page(_ card: ModelCardPage) -> String {
        let statements = ModelCardPage.fields.map { field in
            (
                label: field.replacing("_", with: " "), value: card.statements[field] ?? "MISSING"
            )
        }
        let title = "Model card of \(card.model)/\(card.version)"
        return reportPage(
            title: title,
            [
                "<header><h1>\(html(title))</h1><p class=\"verdict\(card.missing.isEmpty ? "" : " drift")\">"
                    + html(card.missing.isEmpty ? "Complete." : "\(card.missing.count) statements are missing.")
                    + "</p></header><main>",
                factsSection(
                    "What it is", id: "what",
                    [
                        (label: "Description", value: card.about.isEmpty ? "MISSING" : card.about),
                        (label: "This version", value: card.aboutVersion), (label: "Stage", value: card.stage),
                        (label: "Aliases", value: card.aliases.joined(separator: ", ")),
                        (label: "Owner", value: card.owner ?? "MISSING"),
                        (label: "Registered", value: "\(card.registeredAt) by \(card.registeredBy)"),
                        (label: "From", value: card.source), (label: "Run", value: card.runID ?? "MISSING"),
                        (label: "Program", value: card.program?.commit.map { "commit \($0)" } ?? "MISSING"),
                    ]),
                factsSection("Statements", id: "statements", statements),
                tableSection(
                    "Measured at training", id: "metrics", ["Metric", "Value"], numeric: [1],
                    card.metrics.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value)"] }),
                tableSection(
                    "Parameters", id: "parameters", ["Parameter", "Value"],
                    card.parameters.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }),
                "</main>",
            ], data: card, dataID: "card")
    }

    func addFiles(to draft: inout EvidenceDraft) async throws {
        let seal = try await registry.seal(of: draft.version.id)
        var missing = seal.problems
        if seal.root == nil { missing.append("the Merkle root: the version was registered before roots were recorded") }
        var files = [try draft.add("files/seal.json", json: seal)]
        let lines = seal.files.map(\.line).joined()
        if !lines.isEmpty { files.append(draft.add("files/SHA256SUMS", Data(lines.utf8))) }
        if let path = draft.version.artifactPath, let folder = try? artifacts.localURL(path),
            let manifest = try? Data(contentsOf: folder.appending(path: "MLmodel")), manifest.count < 4 << 20
        {
            files.append(draft.add("files/MLmodel", manifest))
        }
        draft.sections.append(EvidenceSection(.files, files: files, missing: missing))
    }

    func addSoftware(to draft: inout EvidenceDraft) async throws {
        let version = draft.version
        var (requirements, files): ([Requirement], [String]) = ([], [])
        var missing: [String] = []
        if let path = version.artifactPath, let folder = try? artifacts.localURL(path) {
            let readers: [(String, (String, String) -> [Requirement])] = [
                ("requirements.txt", { Requirement.pip($0, file: $1) }),
                ("conda.yaml", { Requirement.conda($0, file: $1) }),
                ("python_env.yaml", { Requirement.pythonEnvironment($0, file: $1) }),
            ]
            for (name, read) in readers {
                guard let data = try? Data(contentsOf: folder.appending(path: name)), data.count < 4 << 20,
                    let text = String(data: data, encoding: .utf8)
                else {
                    missing.append("\(name): the version has none")
                    continue
                }
                requirements += read(text, name)
                files.append(draft.add("software/\(name)", data))
            }
        } else {
            missing.append("the version's files are not in the artifact store")
        }
        let unpinned = Set(requirements.filter { $0.version == nil }.map(\.name)).sorted()
        if !unpinned.isEmpty { missing.append("exact versions of \(unpinned.joined(separator: ", "))") }
        if !requirements.isEmpty {
            let bill = SoftwareBill(
                model: version.id.name, version: "\(version.id.version)", digest: version.artifactDigest,
                time: "\(Instant(microseconds: version.createdAt * 1_000))", requirements: requirements)
            files.insert(try draft.add("software/sbom.cdx.json", json: bill), at: 0)
        }
        draft.sections.append(EvidenceSection(.software, files: files, missing: missing))
    }
}
