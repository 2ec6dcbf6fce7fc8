import Foundation
import Testing

import ModelLint

private let linter = Linter(stages: ["None", "Staging", "Production", "Archived"])

/// What is found, as `line:column rule`.
private func found(_ text: String, _ path: String) -> [String] {
    linter.check(Data(text.utf8), path: path).findings.map { "\($0.line):\($0.column) \($0.rule.rawValue)" }
}

private let run = "0123456789abcdef0123456789abcdef"

@Suite struct LintLanguageTests {
    @Test func `A pinned version is found in a string of each language, and not in a comment`() {
        #expect(found("m = load('models:/churn/7')\n# models:/churn/8\n", "a.py") == ["1:11 pinned-version"])
        #expect(
            found("let m = \"models:/churn/7\" // models:/churn/8\n/* models:/a/1 */", "a.swift") == [
                "1:10 pinned-version"
            ])
        #expect(found("SELECT score('models:/churn/7') -- models:/churn/8\n", "a.sql") == ["1:15 pinned-version"])
        #expect(found("model: models:/churn/7 # models:/churn/8\n", "a.yaml") == ["1:8 pinned-version"])
        #expect(found("run: |\n  martlet score \"models:/churn/7\"\n", "a.yml") == ["2:18 pinned-version"])
    }

    @Test func `A stage, an alias and what is put together when the program runs are left alone`() {
        for good in [
            "models:/churn/Production", "models:/churn/production", "models:/churn/latest", "models:/churn@champion",
            "models:/churn/{version}", "models:/{name}/{stage}", "models:/churn/%s", "models:/churn/${STAGE}",
            "models:/NAME/STAGE", "models:/NAME/VERSION", "models:/churn/<version>", "models:/churn",
            "xmodels:/churn/7",
        ] { #expect(found("load(\"\(good)\")\n", "a.py") == [], "\(good)") }
        #expect(found(#"load("models:/churn/\(version)")"#, "a.swift") == [])
    }

    @Test func `A number behind a name that is put together is pinned all the same`() {
        #expect(found("load(f\"models:/{name}/7\")\n", "a.py") == ["1:8 pinned-version"])
        #expect(found("a: models:/{{ name }}/7/MLmodel\n", "a.yaml") == ["1:4 pinned-version"])
        #expect(found(#"load("models:/\(name("a"))/7")"#, "a.swift") == ["1:7 pinned-version"])
        #expect(found("load('models://prod@databricks/churn/7')\n", "a.py") == ["1:7 pinned-version"])
        #expect(found("load('models:/m-\(run)')\n", "a.py") == ["1:7 pinned-version"])
    }

    @Test func `A docstring is a comment, a long string that is used is not`() {
        #expect(found("def f():\n    \"\"\"Loads models:/a/7.\n    \"\"\"\n", "a.py") == [])
        #expect(found("q = \"\"\"\nselect 'models:/a/7'\n\"\"\"\n", "a.py") == ["2:9 pinned-version"])
        #expect(found("f(\n  \"\"\"models:/a/7\"\"\",\n)\n", "a.py") == ["2:6 pinned-version"])
    }

    @Test func `A number sign within a string begins no comment`() {
        #expect(found("x = '#'; load('models:/a/7')\n", "a.py") == ["1:16 pinned-version"])
        #expect(found("x: a#b models:/a/7\n", "a.yaml") == ["1:8 pinned-version"])
        #expect(found("let x = #\"a\" // \"#; load(\"models:/a/7\")\n", "a.swift") == ["1:27 pinned-version"])
        #expect(found("x: it's models:/a/7\n", "a.yaml") == ["1:9 pinned-version"])
    }

    @Test func `A stage that is misspelt is found, with the one that was meant`() {
        let report = linter.check(Data("load('models:/churn/Prodction')\n".utf8), path: "a.py")
        #expect(report.findings.map(\.rule) == [.misspeltStage])
        #expect(report.findings.first?.message.contains("Production may be meant") == true)
        #expect(found("client.transition_model_version_stage(name, 3, 'Prod')\n", "a.py") == ["1:49 misspelt-stage"])
        #expect(found("f(stage=\"Stagging\")\n", "a.py") == ["1:10 misspelt-stage"])
        #expect(
            found("get_latest_versions(n, stages=[\"Staging\", \"Producton\"])\n", "a.py") == ["1:44 misspelt-stage"])
        #expect(found("stage: Producton\n", "a.yaml") == ["1:8 misspelt-stage"])
    }

    @Test func `Stages of other programs are left alone`() {
        #expect(found("stage: build\n---\nstage: archive\nstages:\n  - deploy\n", "ci.yml") == [])
        #expect(found("play(stage=\"theatre\")\n", "a.py") == [])
        #expect(
            Linter(stages: ["Production", "Shadow"]).check(Data("'models:/a/Shadow'".utf8), path: "a.py").findings == []
        )
    }

    @Test func `A run's id is found where one is asked for, and a digest is left alone`() {
        for bad in [
            "load('runs:/\(run)/model')", "mlflow.get_run('\(run)')", "run_id = \"\(run)\"", "f(run_id=\"\(run)\")",
            "{\"run_id\": \"\(run)\"}", "run_id: str = '\(run)'", "RUN_ID = '\(run)'",
            "p = 'mlflow-artifacts:/1/\(run)/artifacts/model'", "start_run(\n  run_id='\(run)')",
        ] { #expect(found(bad + "\n", "a.py").map { $0.contains("hard-coded-run") } == [true], "\(bad)") }
        #expect(found("run_ids = ['\(run)', '\(run)']\n", "a.py").count == 2)
        #expect(found("SELECT * FROM m WHERE run_uuid = '\(run)'\n", "a.sql") == ["1:35 hard-coded-run"])
        #expect(found("WHERE run_id IN ('\(run)')\n", "a.sql") == ["1:19 hard-coded-run"])
        #expect(found("run_id: \(run)\n", "a.yaml") == ["1:9 hard-coded-run"])
        #expect(found("martlet runs show --run-id \(run)\n", "a.sh") == ["1:28 hard-coded-run"])
        #expect(found("try await run(runID: \"\(run)\")\n", "a.swift") == ["1:23 hard-coded-run"])
        for good in ["md5 = '\(run)'", "digest('\(run)')", "trace_id = '\(run)'", "x = '\(run)-a'"] {
            #expect(found(good + "\n", "a.py") == [], "\(good)")
        }
    }

    @Test func `A version that is an argument, a key or a column is found`() {
        for bad in [
            "get_model_version('churn', '7')", "client.get_model_version(name='churn', version=7)", "MODEL_VERSION = 7",
            "f(model_version=\"7\")", "{'model_version': '7'}", "model_version: int = 7",
        ] { #expect(found(bad + "\n", "a.py").map { $0.contains("pinned-version") } == [true], "\(bad)") }
        #expect(found("modelVersion: 7\n", "a.yaml") == ["1:1 pinned-version"])
        #expect(found("WHERE model_version = '7'\n", "a.sql") == ["1:7 pinned-version"])
        #expect(found("get_model_version(name, version)\nmodel_version = 7.5\nmodel_version = f(7)\n", "a.py") == [])
    }
}
