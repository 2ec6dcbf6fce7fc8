package import MartletDomain

/// One part of an evidence pack: what it is, where it lies in the pack, and which demands of which standard it answers.
package struct EvidenceSection: Sendable, Hashable, Codable {
    package enum State: String, Sendable, Codable {
        case present
        /// Some of it is missing, and ``EvidenceSection/missing`` says what.
        case partial
        case missing
    }

    package enum Kind: String, Sendable, Codable, CaseIterable {
        case modelCard = "model_card"
        case files
        case lineage
        case trainingData = "training_data"
        case metrics
        case approvals
        case policy
        case monitoringPlan = "monitoring_plan"
        case monitoringResults = "monitoring_results"
        case software
        case auditLog = "audit_log"
    }

    package var kind: Kind
    package var state: State
    /// In the pack.
    package var files: [String]
    /// What should be there and is not, in words.
    package var missing: [String]

    package init(_ kind: Kind, files: [String], missing: [String] = []) {
        (self.kind, self.files, self.missing) = (kind, files, missing)
        state = files.isEmpty ? .missing : missing.isEmpty ? .present : .partial
    }
}

extension EvidenceSection.Kind {
    package var title: String {
        switch self {
        case .modelCard: "Model card"
        case .files: "The model's files and their seal"
        case .lineage: "Lineage"
        case .trainingData: "Training data"
        case .metrics: "Measured quality"
        case .approvals: "Approvals and moves"
        case .policy: "Policy in force"
        case .monitoringPlan: "Monitoring plan"
        case .monitoringResults: "Monitoring results and drift reports"
        case .software: "Software bill of materials"
        case .auditLog: "Audit log: entries, proofs, checkpoint"
        }
    }

    /// What the section answers, by standard. Titles of demands are the standards' own numbers; the words are ours.
    ///
    /// Sources: Federal Reserve SR 11-7 (2011), sections III–VI; NIST AI 100-1 (AI RMF 1.0) and its Playbook; the DoD
    /// Responsible AI Toolkit (2023); Regulation (EU) 2024/1689.
    package var demands: EvidenceDemands {
        switch self {
        case .modelCard:
            .init(
                "IV: documentation of purpose, design, limits", "MAP 1.1, MAP 2.2", "Model card; statement of concern",
                "Art. 11, 13, Annex IV(1)–(2)")
        case .files: .init("VI: model inventory, version control", "GOVERN 1.6, MANAGE 2.4", "Traceable", "Art. 12, 15")
        case .lineage:
            .init(
                "IV: development data and assumptions", "MAP 2.3, MEASURE 2.8", "Traceable; data card",
                "Art. 10(2), Annex IV(2)(d)")
        case .trainingData:
            .init("IV: assessment of data quality", "MAP 2.3, MEASURE 2.1", "Data card", "Art. 10(2)–(4)")
        case .metrics:
            .init(
                "V: evaluation, outcomes analysis", "MEASURE 2.3, MEASURE 2.5", "Reliable; test and evaluation",
                "Art. 15, Annex IV(2)(g)")
        case .approvals:
            .init(
                "V–VI: independent review, roles and authority", "GOVERN 2.1, MANAGE 1.1",
                "Governable; responsible officials", "Art. 14, 17(1)(m)")
        case .policy: .init("VI: policies and controls", "GOVERN 1.2, GOVERN 1.4", "Governable", "Art. 17(1)")
        case .monitoringPlan:
            .init(
                "V: ongoing monitoring, planned", "MANAGE 4.1, GOVERN 1.5", "Reliable; continuous monitoring",
                "Art. 72, 9(2)(c)")
        case .monitoringResults:
            .init(
                "V: ongoing monitoring, done", "MEASURE 2.4, MANAGE 4.1", "Reliable; continuous monitoring",
                "Art. 72, 26(5)")
        case .software:
            .init(
                "IV: implementation, vendor components", "GOVERN 6.1, MANAGE 3.1", "Traceable; supply chain",
                "Art. 15(5), Annex IV(2)(a)")
        case .auditLog:
            .init("VI: internal audit", "GOVERN 4.2, MANAGE 4.3", "Traceable; auditable methods", "Art. 12, 19, 26(6)")
        }
    }
}

/// Which demands of four standards a section answers.
package struct EvidenceDemands: Sendable, Hashable, Codable {
    package var sr117: String
    package var nistAIRMF: String
    package var dodRAI: String
    package var euAIAct: String

    init(_ sr117: String, _ nistAIRMF: String, _ dodRAI: String, _ euAIAct: String) {
        (self.sr117, self.nistAIRMF, self.dodRAI, self.euAIAct) = (sr117, nistAIRMF, dodRAI, euAIAct)
    }

    enum CodingKeys: String, CodingKey {
        case sr117 = "sr_11_7"
        case nistAIRMF = "nist_ai_rmf"
        case dodRAI = "dod_rai"
        case euAIAct = "eu_ai_act"
    }
}

/// What is in a pack: every file with its digest, and every section with what is missing.
package struct EvidenceManifest: Sendable, Hashable, Codable {
    package static let format = "martlet-evidence/1"
    package static let path = "manifest.json"
    /// The manifest's digest, signed by the log's key.
    package static let notePath = "manifest.note"

    package var format = EvidenceManifest.format
    package var workspace: String
    package var model: String
    package var version: String
    /// RFC 3339, UTC.
    package var madeAt: String
    package var madeBy: String
    package var sections: [EvidenceSection]
    package var demands: [String: EvidenceDemands]
    package var files: [SealedFile]

    enum CodingKeys: String, CodingKey {
        case format, workspace, model, version, sections, demands, files
        case madeAt = "made_at"
        case madeBy = "made_by"
    }

    /// The text that is signed.
    package static func note(sha256: String) -> String { "\(format)\nsha256 \(sha256)\n" }
}
