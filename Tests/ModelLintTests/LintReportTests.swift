import Foundation
import Testing

import ModelLint

private let linter = Linter(stages: ["None", "Staging", "Production", "Archived"])

@Suite struct LintReportTests {
    private func report(_ count: Int) -> LintReport {
        let text = String(repeating: "load('models:/a/7')\n", count: count)
        return linter.check(Data(("x = 1 # martlet:allow pinned-version not any more\n" + text).utf8), path: "a,b.py")
    }

    @Test func `GitHub gets the ten worst as annotations, and one line for the rest`() {
        let lines = report(12).gitHubAnnotations.split(separator: "\n").map(String.init)
        #expect(lines.filter { $0.hasPrefix("::error ") }.count == 10)
        #expect(lines.filter { $0.hasPrefix("::warning ") }.count == 0)
        #expect(lines.filter { $0.hasPrefix("::notice ") && $0.contains("3 more") }.count == 1)
        #expect(
            lines.first?.hasPrefix(
                "::error file=a%2Cb.py,line=2,col=7,endColumn=18,title=pinned-version::models:/a/7 pins")
                == true)
        #expect(lines.filter { $0.hasPrefix("a,b.py:") }.count == 13)
        #expect(report(2).gitHubAnnotations.contains("::warning file=a%2Cb.py,line=1"))
    }

    @Test func `The page of a workflow run stays below its limit`() {
        let text = report(500).markdown(limit: 5_000)
        #expect(text.utf8.count <= 5_000)
        #expect(text.contains("more.\n"))
    }

    @Test func `SARIF names its version, each rule once, regions and what was allowed`() throws {
        var both = report(1)
        both.allowed =
            linter.check(
                Data("load('models:/a/7') # martlet:allow pinned-version for history\n".utf8), path: "b.py"
            ).allowed
        let json = try JSONSerialization.jsonObject(with: SARIFLog(both, version: "1.0").json()) as? [String: Any]
        #expect(json?["version"] as? String == "2.1.0")
        let run = (json?["runs"] as? [[String: Any]])?.first
        let results = run?["results"] as? [[String: Any]] ?? []
        #expect(results.count == 3)
        #expect(
            results.compactMap { $0["ruleId"] as? String } == ["unused-allowance", "pinned-version", "pinned-version"])
        let suppressions = results.map { ($0["suppressions"] as? [[String: Any]])?.count ?? -1 }
        #expect(suppressions == [0, 0, 1])
        let places = results.compactMap {
            ($0["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any]
        }
        let regions = places.compactMap { $0["region"] as? [String: Any] }
        #expect(regions.compactMap { $0["startLine"] as? Int } == [1, 2, 1])
        #expect((places.last?["artifactLocation"] as? [String: Any])?["uri"] as? String == "b.py")
    }

    @Test func `Folders are walked without what programs put there, and patterns leave out`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lint-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for path in ["a.py", "b/c.sql", "b/skip.py", ".venv/x.py", "node_modules/y.py", "z.txt", ".github/w.yml"] {
            let file = folder.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("x".utf8).write(to: file)
        }
        let files = LintFiles(["."], from: folder.path, excluding: ["**/skip.*"])
        #expect(files.files.map(\.path) == [".github/w.yml", "a.py", "b/c.sql"])
        #expect(LintFiles(["a.py", "./a.py", "no.py"], from: folder.path).files.map(\.path) == ["a.py"])
        #expect(LintFiles(["no.py"], from: folder.path).failures.count == 1)
        #expect(LintFiles(["."], from: folder.path, excluding: ["*.py", "b/", ".github/**"]).files.isEmpty)
    }
}
