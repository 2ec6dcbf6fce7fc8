package import MartletDomain
package import QueryEngine

/// One suite, run on one version of one table.
package struct QualityRun: Sendable {
    package let suite: ExpectationSuite
    /// SQL that stands for the table in a FROM clause, pinned to a version.
    package let relation: String
    /// The same for the tables that the suite refers to, by name.
    package let otherRelations: [String: String]
    /// The instant that freshness is measured from, microseconds since the epoch.
    package let asOf: Int64
    /// Copied to the result: table, version, who.
    package let meta: [String: String]

    /// Most values kept of those that were not as expected.
    static let unexpectedLimit = 20

    package init(
        suite: ExpectationSuite, relation: String, otherRelations: [String: String] = [:], asOf: Int64,
        meta: [String: String] = [:]
    ) {
        (self.suite, self.relation, self.otherRelations) = (suite, relation, otherRelations)
        (self.asOf, self.meta) = (asOf, meta)
    }

    /// Checks everything: all that is counted in one pass, and one pass each for keys and other tables.
    ///
    /// - Returns: A result for each expectation in order. One that cannot be evaluated did not pass, and says why.
    /// - Throws: `CancellationError`, or what keeps the table itself from being opened.
    package func result(on engine: any QueryEngine) async throws -> QualityResult {
        let results = try await engine.withSession { session in
            let schema = try session.schema(of: "SELECT * FROM \(relation) AS source")
            let rows = try QualitySession(run: self, session: session, compiled: CompiledCheck(schema: schema))
            return try suite.expectations.indices.map { index in
                try Task.checkCancellation()
                return try rows.result(index)
            }
        }
        var meta = meta
        meta["expectation_suite_name"] = suite.name
        return QualityResult(results, meta: meta)
    }
}

extension ExpectationSuite {
    /// Reads a file of one suite, or of several under `expectation_suites`.
    /// - Throws: ``QualityError/invalidSuite(_:)`` with every problem, ``InvalidRequest`` for text that is no YAML.
    package static func suites(yaml text: String) throws -> [ExpectationSuite] {
        try suites(in: DeclarationFile.node(yaml: text))
    }

    /// The other tables that its expectations refer to, each once.
    package var otherTables: [String] {
        expectations.compactMap { if case .exists(_, let table, _, _) = $0.check { table } else { nil } }
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
