/// The functions of a window. Names are the words of files and SQL.
///
/// Every one is a function of the set of values alone, not of the order in which they came, so that one computed in a
/// batch and one kept up to date by a server agree to the last bit.
public enum FeatureAggregate: Sendable, Hashable {
    /// Rows, or values that are not null. 0 of none; every other function of no values is null.
    case count
    /// Exact for integers and decimals; of doubles the exact sum, rounded once.
    case sum
    /// The exact sum divided by the count, as a double.
    case avg
    case min, max
    /// By event time, then tie break; null values count.
    case first, last
    case countDistinct
    /// Sample (n − 1) and population (n); the sample's of one value is null.
    case stddevSamp, stddevPop, varSamp, varPop
    /// HyperLogLog with 2¹² registers: relative standard error 1.6 %.
    case approxCountDistinct
    /// DDSketch with a relative accuracy of 1 %; the quantile is in 0...1.
    case approxQuantile(Double)

    /// The word for it: `count_distinct`. A quantile's order is said apart.
    public var name: String {
        switch self {
        case .count: "count"
        case .sum: "sum"
        case .avg: "avg"
        case .min: "min"
        case .max: "max"
        case .first: "first"
        case .last: "last"
        case .countDistinct: "count_distinct"
        case .stddevSamp: "stddev_samp"
        case .stddevPop: "stddev_pop"
        case .varSamp: "var_samp"
        case .varPop: "var_pop"
        case .approxCountDistinct: "approx_count_distinct"
        case .approxQuantile: "approx_quantile"
        }
    }

    /// Every word that names a function, with those that are other words for one: `mean`, `stddev`, `variance`.
    public static let names = [
        "count", "sum", "avg", "mean", "min", "max", "first", "last", "count_distinct", "stddev", "stddev_samp",
        "stddev_pop", "variance", "var_samp", "var_pop", "approx_count_distinct", "approx_quantile",
    ]

    /// - Parameter quantile: For `approx_quantile` alone, in 0...1.
    public init?(_ name: String, quantile: Double? = nil) {
        switch name {
        case "count": self = .count
        case "sum": self = .sum
        case "avg", "mean": self = .avg
        case "min": self = .min
        case "max": self = .max
        case "first": self = .first
        case "last": self = .last
        case "count_distinct": self = .countDistinct
        case "stddev", "stddev_samp": self = .stddevSamp
        case "stddev_pop": self = .stddevPop
        case "variance", "var_samp": self = .varSamp
        case "var_pop": self = .varPop
        case "approx_count_distinct": self = .approxCountDistinct
        case "approx_quantile":
            guard let quantile, (0...1).contains(quantile) else { return nil }
            self = .approxQuantile(quantile)
        default: return nil
        }
    }
}
