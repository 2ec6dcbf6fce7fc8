/// Where one value stands among the rows that the model was trained on.
public struct ReferencePlace: Sendable, Hashable, Codable {
    /// The training rows that have a value.
    public var rowCount: Int64
    /// Shares of those rows, 0...1, with a smaller value, and with the same. Nil for a missing value.
    public var below: Double?
    public var equal: Double?
    /// The share of all training rows that have none.
    public var missing: Double
    public var least: Double?
    public var median: Double?
    public var greatest: Double?

    public init(
        rowCount: Int64, below: Double?, equal: Double?, missing: Double, least: Double?, median: Double?,
        greatest: Double?
    ) {
        (self.rowCount, self.below, self.equal, self.missing) = (rowCount, below, equal, missing)
        (self.least, self.median, self.greatest) = (least, median, greatest)
    }

    /// The middle of the ranks that rows with this value share, 0...1.
    public var quantile: Double? {
        guard let below, let equal else { return nil }
        return below + equal / 2
    }

    /// Whether no training row had a value as small, or as great.
    public func isOutside(_ value: Double?) -> Bool {
        guard let value, let least, let greatest else { return false }
        return value < least || value > greatest
    }

    enum CodingKeys: String, CodingKey {
        case below, equal, missing, least, median, greatest
        case rowCount = "row_count"
    }
}

/// The rows of a table that a view's features were computed from: those of the row's key that had happened and were
/// known.
public struct SourceRows: Sendable, Hashable, Codable {
    public var view: String
    public var table: TableReference
    /// The key by the table's columns.
    public var key: [String: String]
    public var rowCount: Int64
    /// Event times, for a table that has them.
    public var earliest: Instant?
    public var latest: Instant?
    /// The data files that hold the newest of them, relative to the table's folder, with the row's number in the file
    /// from 0.
    public var newestRow: FileRow?

    public struct FileRow: Sendable, Hashable, Codable {
        public var file: String
        public var row: Int64

        public init(file: String, row: Int64) { (self.file, self.row) = (file, row) }
    }

    public init(
        view: String, table: TableReference, key: [String: String], rowCount: Int64, earliest: Instant?,
        latest: Instant?, newestRow: FileRow?
    ) {
        (self.view, self.table, self.key, self.rowCount) = (view, table, key, rowCount)
        (self.earliest, self.latest, self.newestRow) = (earliest, latest, newestRow)
    }

    enum CodingKeys: String, CodingKey {
        case view, table, key, earliest, latest
        case rowCount = "row_count"
        case newestRow = "newest_row"
    }
}

/// The program that trained a model, as the tags of its run have it.
public struct CodeVersion: Sendable, Hashable, Codable {
    public var commit: String?
    public var branch: String?
    public var repository: String?
    /// Whether the working copy had changes that are in no commit; nil when nobody recorded it.
    public var isDirty: Bool?
    /// The file or entry point.
    public var source: String?

    public init(commit: String?, branch: String?, repository: String?, isDirty: Bool?, source: String?) {
        (self.commit, self.branch, self.repository) = (commit, branch, repository)
        (self.isDirty, self.source) = (isDirty, source)
    }

    /// From MLflow's tags, those of its older and newer clients.
    public init(tags: [KeyedText]) {
        func value(_ keys: String...) -> String? {
            keys.lazy.compactMap { key in tags.first { $0.key == key }?.value }.first { !$0.isEmpty }
        }
        commit = value("mlflow.source.git.commit", "mlflow.git.commit")
        branch = value("mlflow.source.git.branch", "mlflow.git.branch")
        repository = value("mlflow.source.git.repoURL", "mlflow.git.repo_url")
        isDirty = value("mlflow.source.git.dirty", "mlflow.git.dirty").map { $0.lowercased() == "true" }
        source = value("mlflow.source.name", "mlflow.project.entryPoint")
    }

    enum CodingKeys: String, CodingKey {
        case commit, branch, repository, source
        case isDirty = "is_dirty"
    }
}

/// What each feature added to a prediction, in the units of the model's margin (log-odds for `binary:logistic`).
///
/// XGBoost's exact SHAP values of trees: `bias` and all contributions add up to `margin`, to rounding.
public struct Contributions: Sendable, Hashable, Codable {
    public var bias: Double
    public var margin: Double
    /// By feature.
    public var values: [String: Double]

    public init(bias: Double, margin: Double, values: [String: Double]) {
        (self.bias, self.margin, self.values) = (bias, margin, values)
    }

    /// What the parts add up to.
    public var sum: Double { values.sorted { $0.key < $1.key }.reduce(bias) { $0 + $1.value } }

    /// Greatest effect first.
    public var ordered: [(feature: String, value: Double)] {
        values.sorted { (abs($1.value), $0.key) < (abs($0.value), $1.key) }.map { ($0.key, $0.value) }
    }
}

/// Doing it again: whether it came out the same, and if not, why.
public struct PredictionReplay: Sendable, Hashable, Codable {
    public enum Outcome: String, Sendable, Codable {
        case equal, differs
        /// Something that it takes is gone or is another.
        case impossible
    }

    /// A reason that was found.
    public struct Cause: Sendable, Hashable, Codable {
        public enum Kind: String, Sendable, Codable {
            /// A table version, or a file of it, is not there any more.
            case vacuumedVersion = "vacuumed_version"
            /// The library that scores is not the one that scored.
            case changedLibrary = "changed_library"
            /// A feature's declaration is not the recorded one.
            case driftedView = "drifted_view"
            /// A file of the model is not the sealed one.
            case replacedFile = "replaced_file"
            /// The row is not in the table that it came from.
            case missingRow = "missing_row"
            case unknown
        }
        public var kind: Kind
        public var words: String

        public init(_ kind: Kind, _ words: String) { (self.kind, self.words) = (kind, words) }
    }

    public var outcome: Outcome
    /// Nil when it could not be done.
    public var score: Double?
    /// Each thing that came out otherwise, in words.
    public var differences: [String]
    public var causes: [Cause]

    public init(outcome: Outcome, score: Double?, differences: [String] = [], causes: [Cause] = []) {
        (self.outcome, self.score, self.differences, self.causes) = (outcome, score, differences, causes)
    }
}

/// What scored: the same libraries on the same kind of processor give the same bits.
public struct ScoringEnvironment: Sendable, Hashable, Codable {
    /// XGBoost's.
    public var library: String
    /// The engine's that computes features.
    public var engine: String
    public var processor: String

    public init(library: String, engine: String, processor: String) {
        (self.library, self.engine, self.processor) = (library, engine, processor)
    }

    /// What is not the same there, in words.
    public func differences(from other: ScoringEnvironment) -> [String] {
        var differences: [String] = []
        if library != other.library { differences.append("XGBoost is \(library) and was \(other.library)") }
        if engine != other.engine { differences.append("the feature engine is \(engine) and was \(other.engine)") }
        if processor != other.processor {
            differences.append("the processor is \(processor) and was \(other.processor)")
        }
        return differences
    }
}
