/// Where the labels of a training set come from, as far as it can be told.
public struct LabelOrigin: Sendable, Equatable {
    /// The source that the label was computed from.
    public var source: String
    /// The label's column there; nil for a column of the label's own name.
    public var column: String?
    /// The spine's column with the instant at which the label became known.
    public var knownAt: String?

    public init(source: String, column: String? = nil, knownAt: String? = nil) {
        (self.source, self.column, self.knownAt) = (source, column, knownAt)
    }
}

/// Looks for ways by which the future, or the label itself, gets into features.
///
/// A rule of values: it reads the declaration and no rows, so a finding is a reason to look and not a proof.
public enum FeatureLint {
    public enum Severity: String, Sendable, Codable, CaseIterable {
        /// The feature very likely holds what was not known.
        case error
        case warning
    }

    public enum Code: String, Sendable, Codable, CaseIterable {
        /// A feature as of the time at which the label became known.
        case labelTime = "label_time"
        /// Rows count from their event time on, although they may have become known later.
        case noAvailableAt = "no_available_at"
        /// The label, or the column that it was computed from, is among the features.
        case labelReachable = "label_reachable"
        /// A window over the label's table that takes in the label's own instant.
        case windowReachesLabel = "window_reaches_label"
        /// A lookup in the label's table that finds the row of the label's own instant.
        case lookupReachesLabel = "lookup_reaches_label"
    }

    public struct Finding: Sendable, Equatable, Codable {
        public var code: Code
        public var severity: Severity
        /// The feature, lookup or source that it is about.
        public var subject: String
        /// One sentence, with what would mend it.
        public var message: String

        /// A line: `label_reachable (error): …`.
        public var line: String { "\(code.rawValue) (\(severity.rawValue)): \(message)" }
    }

    /// In the order of the declaration, sources first.
    public static func findings(of specification: TrainingSetSpecification) -> [Finding] {
        let reads = reads(of: specification)
        return clocks(of: specification, reads) + reads.flatMap { findings(of: $0, specification) }
            + derived(of: specification)
    }

    /// What one feature or lookup reads, and when.
    private struct Read {
        var subject: String
        var table: String
        /// Columns that it takes values or conditions from; nil for all of the table's.
        var columns: [String]?
        /// Columns of the row by which the table's rows are found.
        var key: [String]
        var at: String?
        /// When the table's rows became known, as this reads them; nil for at once.
        var availableAt: String?
        /// The window, or nil for the newest row at or before the time.
        var window: FeatureWindow?
        var isTimed = true
    }

    private static func reads(of set: TrainingSetSpecification) -> [Read] {
        let lookups = set.lookups.map {
            Read(
                subject: "the lookup in \($0.table)", table: $0.table, columns: $0.features, key: $0.key, at: $0.at,
                availableAt: set.source(named: $0.table)?.availableAt, isTimed: $0.at != nil)
        }
        let aggregates = set.aggregates.map {
            Read(
                subject: $0.name, table: $0.source,
                columns: ($0.input.map { [$0] } ?? []) + ($0.filter?.columns ?? []), key: $0.key, at: $0.at,
                availableAt: set.source(named: $0.source)?.availableAt, window: $0.window)
        }
        let viewed = set.views.flatMap { use in
            use.view.features.compactMap { feature -> Read? in
                guard let source = use.view.source, feature.definition.isRead else { return nil }
                var window: FeatureWindow?
                if case .aggregate(_, _, let own, _) = feature.definition { window = own }
                return Read(
                    subject: feature.name, table: source.table, columns: feature.definition.sourceColumns,
                    key: use.view.join, at: use.at, availableAt: source.availableAt, window: window,
                    isTimed: source.eventTime != nil)
            }
        }
        return lookups + aggregates + viewed
    }

    private static func clocks(of set: TrainingSetSpecification, _ reads: [Read]) -> [Finding] {
        let atOnce = Set(
            reads.filter { $0.isTimed && $0.availableAt == nil }.compactMap { set.source(named: $0.table)?.name })
        return set.sources.filter { atOnce.contains($0.name) }.map {
            Finding(
                code: .noAvailableAt, severity: .warning, subject: $0.name,
                message:
                    "Source \($0.name) has no 'available_at', so its rows count from their event time on, as if they "
                    + "had been known at once; name the column that says when a row was loaded")
        }
    }

    private static func findings(of read: Read, _ set: TrainingSetSpecification) -> [Finding] {
        var findings: [Finding] = []
        func report(_ code: Code, _ severity: Severity, _ message: String) {
            findings.append(Finding(code: code, severity: severity, subject: read.subject, message: message))
        }
        let origin = set.labelOrigin
        if let knownAt = origin?.knownAt, read.at == knownAt {
            report(
                .labelTime, .error,
                "\(read.subject) is computed as of \(knownAt), when the label was known already; use the time of the "
                    + "prediction")
        }
        for column in read.key where set.labels.contains(column) {
            report(
                .labelReachable, .error,
                "\(read.subject) is found by \(column), which is the label; find it by what is known before the outcome"
            )
        }
        let source = set.source(named: read.table)
        let isOrigins = origin.map { set.source(named: $0.source)?.name == source?.name && source != nil } ?? false
        let labels = Set(set.labels + (isOrigins ? [origin?.column].compactMap { $0 } : []))
        let columns = read.columns ?? source?.schema?.map(\.name)
        let reached = columns.map { $0.filter(labels.contains) } ?? (isOrigins ? Array(labels) : [])
        // Earlier outcomes are fair, once they were known: a window that ends before the row, over a table that says so.
        let isPast = read.window.map { !$0.includesEnd || $0.delay > 0 } ?? false
        for column in Set(reached).sorted() where isOrigins || origin == nil {
            let isFair = isPast && read.availableAt != nil
            if isFair { continue }
            report(
                .labelReachable, isPast ? .warning : .error,
                "\(read.subject) reads \(column) of \(read.table), which is the label"
                    + (isPast
                        ? "; without 'available_at' outcomes count before they were known"
                        : "; leave it out, or take it over a window that ends before the row's time"))
        }
        guard isOrigins, read.isTimed else { return findings }
        if let window = read.window {
            if window.includesEnd, window.delay == 0 {
                report(
                    .windowReachesLabel, .error,
                    "\(read.subject) has a window with its end included, over the table that the label comes from: it "
                        + "takes in the label's own event; use bounds \"[)\"")
            }
        } else {
            report(
                .lookupReachesLabel, .warning,
                "\(read.subject) finds the row at the label's own time in the table that the label comes from; use a "
                    + "window, or a time before the event")
        }
        return findings
    }

    private static func derived(of set: TrainingSetSpecification) -> [Finding] {
        func finding(_ name: String, _ label: String) -> Finding {
            Finding(
                code: .labelReachable, severity: .error, subject: name,
                message: "\(name) is computed from the label \(label); leave it out")
        }
        let own = set.derived.flatMap { feature in
            feature.inputs.filter(set.labels.contains).map { finding(feature.name, $0) }
        }
        let viewed = set.views.flatMap(\.view.features).flatMap { feature in
            feature.definition.inputs.filter(set.labels.contains).map { finding(feature.name, $0) }
        }
        return own + viewed
    }
}

extension FeatureDefinition {
    /// Whether it reads the view's table, and not other features.
    fileprivate var isRead: Bool {
        switch self {
        case .aggregate, .latest, .lookup: true
        case .ratio, .sum, .coalesce, .expression: false
        }
    }
}
