import Foundation
package import MartletDomain
import ReportPage

/// Why a prediction was made as one HTML file that needs nothing else; the same explanation gives the same bytes.
///
/// The whole explanation stands in the file as JSON, in the script element `why`.
package func whyPage(_ why: PredictionExplanation) -> String {
    let title = "Why \(why.predictionID)"
    let header = """
        <header>
        <h1>\(html(title))</h1>
        <p class="verdict\(why.isReplayed ? "" : " drift")">\(html(why.verdict))</p>
        </header>
        <main>
        """
    return reportPage(
        title: title,
        [
            header, why.predictionFacts, why.modelFacts, why.approvalTable, why.policyFacts, why.featureTable,
            why.contributionFigure, why.sourceTable, why.replayTable, why.gapList, "</main>",
        ], data: why, dataID: "why")
}

extension PredictionExplanation {
    fileprivate var verdict: String {
        let head =
            "\(work.model)/\(work.modelVersion) gave \(score.map(NumberText.plain) ?? "features") as of \(asOf). "
        return switch replay.outcome {
        case .equal: head + "The recorded versions give the same features and the same score, bit for bit."
        case .differs: head + "The replay differs: \(replay.causes.map(\.words).joined(separator: "; "))."
        case .impossible: head + "The replay could not be done: \(replay.causes.map(\.words).joined(separator: "; "))"
        }
    }

    fileprivate var predictionFacts: String {
        let row = key.sorted { $0.key < $1.key }.map { (label: $0.key, value: $0.value) }
        var facts =
            row + [
                (label: "As of", value: "\(asOf)"),
                (label: "Score", value: score.map { "\($0)" } ?? "the model ran elsewhere"),
            ]
        facts.append(
            (label: "What happened", value: outcome.map { $0 ? "it came true" : "it did not" } ?? "not known yet"))
        facts.append(
            (label: "Scored", value: "\(Instant(microseconds: work.scoredAt * 1_000)) by \(work.scoredBy)"))
        if let environment = work.environment {
            facts.append(
                (
                    label: "With",
                    value: "XGBoost \(environment.library), features by \(environment.engine), \(environment.processor)"
                ))
        }
        return factsSection("The prediction", id: "prediction", facts)
    }

    fileprivate var modelFacts: String {
        var facts = [
            (label: "Version", value: "\(work.model)/\(work.modelVersion), asked for as \(work.modelURI)"),
            (label: "Stage then", value: stage?.rawValue ?? "not on record"),
            (label: "Files (SHA-256)", value: work.artifactDigest),
            (
                label: "Seal",
                value: seal.map { "\($0.state.rawValue)\($0.root.map { ", root \($0)" } ?? "")" } ?? "not known"
            ),
            (label: "Training run", value: trainingRunID),
            (label: "Training set", value: "\(trainingSet)"),
        ]
        if let content = trainingContent {
            facts.append((label: "Training rows (SHA-256)", value: "\(content.rowCount) rows, \(content.hash)"))
        }
        facts.append(
            (label: "Computed from", value: trainingInputs.map(\.description).joined(separator: ", ")))
        let dirty = code?.isDirty.map { $0 ? " with uncommitted changes" : " without changes" } ?? ""
        facts.append((label: "Program", value: code?.commit.map { "commit \($0)\(dirty)" } ?? "no commit on record"))
        return factsSection("The model", id: "model", facts)
    }

    fileprivate var approvalTable: String {
        func time(_ milliseconds: Int64) -> String { "\(Instant(microseconds: milliseconds * 1_000))" }
        let signed = signOffs.map {
            ["Sign-off for \($0.stage.rawValue)", "\($0.user) (\($0.role.rawValue))", time($0.at)]
        }
        let moved = stageChanges.compactMap { change in
            change.to.map { ["Moved to \($0.rawValue)", change.by, time(change.at)] }
        }
        return tableSection(
            "Approvals and moves", id: "approvals", ["What", "Who", "When"],
            [["Registered", registeredBy, ""]] + signed + moved)
    }

    fileprivate var policyFacts: String {
        let check = monitoring.map {
            "\($0.datasetDrift ? "drift" : "no drift") in \($0.window): \($0.driftedFeatures.count) of "
                + "\($0.featureCount) columns\($0.areaUnderROC.map { ", AUC \(NumberText.plain($0))" } ?? "")"
        }
        return factsSection(
            "Policy and monitoring then", id: "policy",
            [
                (label: "Policy (SHA-256)", value: policyDigest ?? "not recorded"),
                (label: "Policy", value: policyText ?? "its text is not kept"),
                (label: "Last check", value: check ?? "none had been made before that moment"),
            ])
    }

    fileprivate var featureTable: String {
        tableSection(
            "Features as of then", id: "features",
            caption: "Place: the share of training rows with a smaller value, and half of those with the same.",
            ["Feature", "Value", "Replayed", "Place", "Least", "Median", "Greatest", "What it is", "From"],
            numeric: [1, 2, 3, 4, 5, 6],
            features.map { feature in
                let place = feature.reference
                func number(_ value: Double?) -> String { value.map(NumberText.plain) ?? "" }
                return [
                    feature.name, feature.value.map { "\($0)" } ?? "missing",
                    replay.score == nil
                        ? "" : feature.isReplayed ? "the same" : feature.replayed.map { "\($0)" } ?? "missing",
                    place?.isOutside(feature.value) == true
                        ? "outside" : place?.quantile.map { String(format: "%.3f", $0) } ?? "",
                    number(place?.least), number(place?.median), number(place?.greatest), feature.kind,
                    [feature.view, feature.table?.description].compactMap { $0 }.joined(separator: ", "),
                ]
            })
    }

    fileprivate var contributionFigure: String {
        guard let contributions else { return "" }
        let used = contributions.ordered.filter { $0.value != 0 }
        let rows = used.map { ["\($0.feature)", "\($0.value)"] }
        return tableSection(
            "What moved it", id: "contributions",
            caption: "SHAP values in log-odds. They begin at \(NumberText.plain(contributions.bias)) and add up to "
                + "\(NumberText.plain(contributions.margin)).",
            ["Feature", "Added"], numeric: [1], rows)
    }

    fileprivate var sourceTable: String {
        tableSection(
            "Rows behind the features", id: "sources", ["View", "Table", "Key", "Rows", "First", "Last", "Newest row"],
            numeric: [3],
            sourceRows.map { rows in
                [
                    rows.view, "\(rows.table)",
                    rows.key.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", "),
                    "\(rows.rowCount)", rows.earliest.map { "\($0)" } ?? "", rows.latest.map { "\($0)" } ?? "",
                    rows.newestRow.map { "\($0.file), row \($0.row)" } ?? "",
                ]
            })
    }

    fileprivate var replayTable: String {
        tableSection(
            "Replay", id: "replay", ["What", "In words"],
            [["outcome", replay.outcome.rawValue]] + replay.differences.map { ["difference", $0] }
                + replay.causes.map { [$0.kind.rawValue, $0.words] })
    }

    fileprivate var gapList: String {
        tableSection("What is not known", id: "gaps", ["Gap"], gaps.map { [$0] })
    }
}
