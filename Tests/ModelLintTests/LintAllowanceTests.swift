import Foundation
import Testing

import ModelLint

private let linter = Linter(stages: ["None", "Staging", "Production", "Archived"])

private func check(_ text: String, _ path: String = "a.py") -> LintReport {
    linter.check(Data(text.utf8), path: path)
}

@Suite struct LintAllowanceTests {
    @Test func `A comment with a reason allows its own line, and above it the next`() {
        for text in [
            "load('models:/a/7')  # martlet:allow pinned-version the audit of March\n",
            "# martlet:allow pinned-version the audit of March\n\n# more\nload('models:/a/7')\n",
            "# martlet: allow pinned-version, hard-coded-run — the audit of March\nload('models:/a/7')\n",
        ] {
            let report = check(text)
            #expect(report.findings == [], "\(text)")
            #expect(report.allowed.map(\.allowance) == ["the audit of March"], "\(text)")
            #expect(report.exitCode == 0)
        }
        #expect(check("load(\"models:/a/7\") // martlet:allow pinned-version for history\n", "a.swift").findings == [])
        #expect(check("SELECT 'models:/a/7' -- martlet:allow pinned-version for history\n", "a.sql").findings == [])
        #expect(check("a: models:/a/7 # martlet:allow pinned-version for history\n", "a.yaml").findings == [])
    }

    @Test func `A comment that is about such comments allows nothing`() {
        #expect(check("# Write `martlet:allow pinned-version for history` there.\nx = 1\n").findings == [])
        let pinned = check("# Write `martlet:allow pinned-version for history` there.\nload('models:/a/7')\n")
        #expect(pinned.findings.map(\.rule) == [.pinnedVersion])
    }

    @Test func `Without a reason nothing is allowed, and the comment is a finding too`() {
        let report = check("load('models:/a/7')  # martlet:allow pinned-version --\n")
        #expect(report.findings.map(\.rule).sorted { $0.rawValue < $1.rawValue } == [.pinnedVersion, .reasonMissing])
    }

    @Test func `A comment allows only the rules that it names, and none that there is not`() {
        let other = check("load('models:/a/7')  # martlet:allow hard-coded-run for history\n")
        #expect(Set(other.findings.map(\.rule)) == [.unusedAllowance, .pinnedVersion])
        let unknown = check("load('models:/a/7')  # martlet:allow everything because\n")
        #expect(unknown.findings.count == 2)
        #expect(unknown.findings.contains { $0.message.contains("'everything' is no rule") })
    }

    @Test func `A comment that allows nothing is a warning`() {
        let report = check("load('models:/a/Production')  # martlet:allow pinned-version for history\n")
        #expect(report.findings.map(\.rule) == [.unusedAllowance])
        #expect(report.findings.map(\.level) == [.warning])
    }

    @Test func `A comment in a string allows nothing`() {
        #expect(check("load('models:/a/7 # martlet:allow pinned-version for history')\n").findings.count == 1)
    }
}

@Suite struct LintNotebookTests {
    private let notebook = #"""
        {
         "cells": [
          {"cell_type": "markdown", "metadata": {}, "source": ["models:/a/1"]},
          {
           "cell_type": "code",
           "metadata": {},
           "outputs": [{"text": "models:/a/2"}],
           "source": [
            "import mlflow\n",
            "m = load(\"models:/a/7\")\n"
           ]
          },
          {"cell_type": "code", "metadata": {}, "source": "x = 1\ny = 'runs:/0123456789abcdef0123456789abcdef/m'"},
          {"cell_type": "code", "metadata": {}, "source": ["%%sql\n", "-- models:/a/3\n", "SELECT 'models:/a/9'"]}
         ],
         "metadata": {"kernelspec": {"name": "python3", "language": "python"}, "language_info": {"name": "python"}},
         "nbformat": 4, "nbformat_minor": 5
        }
        """#

    @Test func `A notebook's findings have cell, line of the cell and line of the file`() {
        let report = check(notebook, "a.ipynb")
        #expect(report.failures == [])
        #expect(report.findings.map(\.cell) == [2, 3, 4])
        #expect(report.findings.map(\.cellLine) == [2, 2, 3])
        #expect(report.findings.map(\.line) == [10, 13, 14])
        #expect(report.findings.first?.place == "a.ipynb:cell 2:2:11")
    }

    @Test func `What is no notebook could not be looked at, and does not pass`() {
        for text in ["", "{", "[]", "{}", "{\"cells\": [", "{\"cells\": [{\"source\": \"\\u12\"}]}", "\u{0}"] {
            let report = check(text, "a.ipynb")
            #expect(report.failures.count == 1, "\(text)")
            #expect(report.exitCode == 2)
        }
        #expect(check(String(repeating: "[", count: 100_000), "a.ipynb").failures.count == 1)
        #expect(linter.check(Data([0xFF, 0xFE]), path: "a.py").exitCode == 2)
    }

    @Test func `No text whatever stops the linter`() {
        var random = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...UInt64.max, using: &random)
        var state = seed
        let alphabet = Array("\"'`\\({[<}])>#/*-:=,.\n \tmodels:/runs:/stage=run_id7aé".unicodeScalars)
        for path in ["a.py", "a.swift", "a.sql", "a.yaml", "a.ipynb"] {
            for _ in 0..<300 {
                var text = "models:/"
                for _ in 0..<60 {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    text.unicodeScalars.append(alphabet[Int(state >> 33) % alphabet.count])
                }
                #expect(check(text, path).fileCount == 1, "seed \(seed)")
            }
        }
    }
}
