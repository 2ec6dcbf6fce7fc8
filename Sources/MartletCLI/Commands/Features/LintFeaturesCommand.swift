import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain
import Platform

struct LintFeaturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Look for ways by which the future, or the label itself, gets into features.",
        discussion: """
            Reads the declaration and no rows. Say under label_from where the label comes from, and more is found.

            Exit codes: 0 no errors, 1 errors, or with --strict warnings.

            Example: martlet features lint training.yaml
            """)

    @Argument(help: "The file that says what the training set is made of.") var spec: String
    @Flag(help: "Warnings are errors.") var strict = false
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let text = try textFile(spec)
        let findings = try await findings(text)
        if connection.json {
            try printJSON(findings)
        } else if findings.isEmpty {
            print("No findings")
        } else {
            printTable(
                ["SEVERITY", "CODE", "SUBJECT", "WHAT"],
                findings.map { [$0.severity.rawValue, $0.code.rawValue, $0.subject, $0.message] })
        }
        if findings.contains(where: { strict || $0.severity == .error }) { throw ExitCode(1) }
    }

    /// A declaration over files says all by itself; tables' keys and clocks are the workspace's to know.
    private func findings(_ text: String) async throws -> [FeatureLint.Finding] {
        if let specification = try? TrainingSetSpecification(yaml: text), specification.readsFilesOnly {
            return FeatureLint.findings(of: specification)
        }
        return try await connection.withClient { try await $0.send(LintTrainingSet(specification: text)).findings }
    }
}

extension TrainingSetSpecification {
    fileprivate var readsFilesOnly: Bool {
        let named =
            lookups.map(\.table) + aggregates.map(\.source) + views.compactMap(\.view.source?.table)
        return named.allSatisfy { table in
            guard let source = source(named: table) else { return false }
            if case .path = source.location { return true }
            return false
        }
    }
}
