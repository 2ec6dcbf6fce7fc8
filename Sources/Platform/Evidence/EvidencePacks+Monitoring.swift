import Foundation
import MartletDomain
import Metadata

extension EvidencePacks {
    func addMonitoring(to draft: inout EvidenceDraft) async throws {
        let id = draft.version.id
        if let plan = try await registry.monitoringPlan(id.name) {
            let files = [try draft.add("monitoring/plan.json", json: plan)]
            draft.sections.append(EvidenceSection(.monitoringPlan, files: files))
        } else {
            draft.sections.append(
                EvidenceSection(.monitoringPlan, files: [], missing: ["a monitoring plan: none is on record"]))
        }
        let checks = try await monitoring.checks(of: id.name, limit: 1_000).filter {
            $0.modelVersion == "\(id.version)"
        }
        guard !checks.isEmpty else {
            draft.sections.append(
                EvidenceSection(
                    .monitoringResults, files: [], missing: ["checks: nobody has looked at this version yet"]))
            return
        }
        var (files, missing) = ([try draft.add("monitoring/checks.json", json: checks)], [String]())
        for check in checks.prefix(Self.mostReports) {
            guard let run = try? await tracking.run(check.runID) else {
                missing.append("the reports of check \(check.id): its run is gone")
                continue
            }
            for name in ["drift_report.html", "drift.json"] {
                if let data = try? await report(run.info.artifactURI + "/" + name) {
                    files.append(draft.add("monitoring/\(check.id.asFileName)/\(name)", data))
                } else {
                    missing.append("\(name) of check \(check.id)")
                }
            }
        }
        if checks.count > Self.mostReports {
            missing.append("the reports of the \(checks.count - Self.mostReports) oldest checks, which are left out")
        }
        draft.sections.append(EvidenceSection(.monitoringResults, files: files, missing: missing))
    }

    private func report(_ uri: String) async throws -> Data {
        let file = try await artifacts.open(try ArtifactPath.inStore(uri: uri) ?? ArtifactPath(uri))
        guard file.sizeInBytes <= Self.largestReport else { throw InvalidRequest("The report is too large.") }
        var data = Data(count: Int(file.sizeInBytes))
        let size = try data.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return data.prefix(size)
    }
}
