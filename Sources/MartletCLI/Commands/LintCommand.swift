import ArgumentParser
import Foundation
import MartletDomain
import ModelLint
import Platform

struct LintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Find pinned model versions, misspelt stages and hard-coded runs in programs and settings.",
        discussion: """
            Reads Python, Swift, SQL, YAML, TOML, shell and Jupyter notebooks (cell and line). It needs no workspace and no \
            server.

            A line that means history is allowed by a comment with a reason, on the line or above it:
                \(example)

            Exit codes: 0 nothing found; 1 something found; 2 a file could not be looked at.

            Examples:
                martlet lint src notebooks
                martlet lint . --format github                     in a workflow of GitHub
                martlet lint . --format sarif --out lint.sarif     for code scanning and editors
            """)

    // martlet:allow pinned-version it is the example of such a line
    private static let example = #"load("models:/churn/7")  # martlet:allow pinned-version the audit of March"#

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, sarif, github }

    @Argument(help: "Files and folders.") var paths: [String]
    @Option(help: "What to print: \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: Format = .text
    @Flag(help: "The same as --format json.") var json = false
    @Option(help: "Write the report to this file, and the summary to the terminal.") var out: String?
    @Option(help: "Leave out paths of this pattern (*, **, ?). May be given often.") var exclude: [String] = []
    @Option(help: "A stage that there is besides MLflow's. May be given often.") var stage: [String] = []

    /// A notebook keeps its pictures; more than this is data.
    private static let largest = 64 << 20

    func run() async throws {
        let found = LintFiles(paths, from: FileManager.default.currentDirectoryPath, excluding: exclude)
        let linter = Linter(stages: Stage.allCases.map(\.rawValue) + stage)
        var report = LintReport()
        report.failures = found.failures
        for file in found.files {
            let one = check(file, linter)
            report.findings += one.findings
            report.allowed += one.allowed
            report.failures += one.failures
            report.fileCount += one.fileCount
        }
        try write(try text(of: report), report)
        if report.exitCode != 0 { throw ExitCode(report.exitCode) }
    }

    private func check(_ file: LintFiles.File, _ linter: Linter) -> LintReport {
        do {
            let size = try FileManager.default.attributesOfItem(atPath: file.url.path)[.size] as? Int ?? 0
            guard size <= Self.largest else { return failure(file, "it is larger than \(Self.largest >> 20) MiB") }
            return linter.check(try Data(contentsOf: file.url), path: file.path)
        } catch {
            return failure(file, "it cannot be read")
        }
    }

    private func failure(_ file: LintFiles.File, _ reason: String) -> LintReport {
        var report = LintReport()
        report.failures = [.init(path: file.path, reason: reason)]
        return report
    }

    private func text(of report: LintReport) throws -> String {
        switch json ? .json : format {
        case .text: harmlessLines(report.text)
        case .json: try MartletCLI.json(report, .prettyPrinted)
        case .sarif: String(decoding: try SARIFLog(report, version: Platform.version).json(), as: UTF8.self)
        case .github: harmlessLines(report.gitHubAnnotations)
        }
    }

    private func write(_ text: String, _ report: LintReport) throws {
        if let out {
            do {
                try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: out), options: .atomic)
            } catch {
                throw InvalidRequest("\(out) cannot be written. Name a file in a folder that is there.")
            }
            print(report.summary)
        } else {
            print(text)
        }
        guard format == .github, let page = ProcessInfo.processInfo.environment["GITHUB_STEP_SUMMARY"],
            let handle = FileHandle(forWritingAtPath: page)
        else { return }
        defer { try? handle.close() }
        _ = try? handle.seekToEnd()
        try? handle.write(contentsOf: Data(report.markdown().utf8))
    }
}
