/// What a comparison in a search looks at.
public enum SearchEntity: String, Sendable, Hashable, CaseIterable {
    case metric, param = "parameter", tag, attribute, dataset
}

/// How a comparison in a search compares. Raw values are the words of the filter language.
public enum SearchComparator: String, Sendable, Hashable, CaseIterable {
    case greater = ">"
    case greaterOrEqual = ">="
    case notEqual = "!="
    case equal = "="
    case less = "<"
    case lessOrEqual = "<="
    /// `%` stands for any text, `_` for one character; case matters.
    case like = "LIKE"
    /// As ``like``, whatever the case.
    case caselessLike = "ILIKE"
    case isIn = "IN"
    case isNotIn = "NOT IN"
    case isNull = "IS NULL"
    case isNotNull = "IS NOT NULL"
}

/// What a comparison in a search compares with.
public enum SearchValue: Sendable, Hashable {
    case number(Double)
    case text(String)
    case list([String])
    /// For the comparators that test presence.
    case nothing
}

/// A filter string, understood: comparisons of which all must hold.
///
/// ```
/// metrics.auc > 0.8 AND params.`max depth` = '8' AND tags."team.name" LIKE 'risk%' AND status = 'FINISHED'
/// ```
public struct SearchFilter: Sendable, Hashable {
    public struct Comparison: Sendable, Hashable {
        public var entity: SearchEntity
        /// For an attribute, the name that the grammar knows it by.
        public var key: String
        public var comparator: SearchComparator
        public var value: SearchValue

        public init(_ entity: SearchEntity, _ key: String, _ comparator: SearchComparator, _ value: SearchValue) {
            (self.entity, self.key, self.comparator, self.value) = (entity, key, comparator, value)
        }
    }

    public var comparisons: [Comparison]

    public init(_ comparisons: [Comparison] = []) { self.comparisons = comparisons }
}

/// By what a search is ordered.
public struct SearchOrder: Sendable, Hashable {
    public var entity: SearchEntity
    /// For an attribute, the name that the grammar knows it by.
    public var key: String
    public var isAscending: Bool
    /// Only what was measured on this dataset counts; for logged models.
    public var datasetName: String?
    public var datasetDigest: String?

    public init(
        _ entity: SearchEntity, _ key: String, isAscending: Bool = true, datasetName: String? = nil,
        datasetDigest: String? = nil
    ) {
        (self.entity, self.key, self.isAscending) = (entity, key, isAscending)
        (self.datasetName, self.datasetDigest) = (datasetName, datasetDigest)
    }
}
