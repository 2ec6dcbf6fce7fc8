extension FeatureView {
    /// What the plan means, in words: a line for the view and one for each feature.
    public var inWords: String {
        var text = "\(name), version \(version)"
        if let source {
            let pairs = zip(join, source.entity).map { $0 == $1 ? $0 : "\($0) = \($1)" }
            text += ": rows of \(source.table) with \(pairs.joined(separator: ", "))"
            if let eventTime = source.eventTime { text += "; they happen at \(eventTime)" }
            text +=
                source.availableAt.map { " and are known from \($0) on" }
                ?? (source.eventTime == nil ? "" : ", known at once")
            if let tieBreak = source.tieBreak { text += "; of one time the greater \(tieBreak) is the later" }
        }
        return ([text + "."] + features.map { "  \($0.inWords)" }).joined(separator: "\n")
    }
}

extension Feature {
    /// `awards_12m: the number of rows in the 12 months before`.
    public var inWords: String { "\(name): \(definition.inWords)" + (isHidden ? " (hidden)" : "") }
}

extension FeatureDefinition {
    fileprivate var inWords: String {
        switch self {
        case .aggregate(let aggregate, let column, let window, let filter):
            aggregate.inWords(of: column) + (filter.map { ", where \($0)," } ?? "") + " " + window.inWords
        case .ratio(let dividend, let divisor): "\(dividend) divided by \(divisor), null if that is 0"
        case .sum(let names): names.joined(separator: " + ") + ", null if one is null"
        case .coalesce(let names): "the first of \(names.joined(separator: ", ")) that is not null"
        case .latest(let column, let lookback):
            "\(column) of the newest row"
                + (lookback.map { ", null if it is over \(FeatureWindow.length($0)) old" } ?? "")
        case .lookup(let column): "\(column) of the one row"
        case .expression(let expression): expression.description
        }
    }
}

extension FeatureAggregate {
    fileprivate func inWords(of column: String?) -> String {
        guard let column else { return "the number of rows" }
        return switch self {
        case .count: "the number of rows with \(column)"
        case .sum: "the sum of \(column)"
        case .avg: "the mean of \(column)"
        case .min: "the least \(column)"
        case .max: "the greatest \(column)"
        case .first: "the first \(column)"
        case .last: "the last \(column)"
        case .countDistinct: "the number of different values of \(column)"
        case .stddevSamp: "the standard deviation of \(column) (n − 1)"
        case .stddevPop: "the standard deviation of \(column) (n)"
        case .varSamp: "the variance of \(column) (n − 1)"
        case .varPop: "the variance of \(column) (n)"
        case .approxCountDistinct: "about the number of different values of \(column)"
        case .approxQuantile(let quantile): "about the quantile \(quantile) of \(column)"
        }
    }
}

extension FeatureWindow {
    fileprivate var inWords: String {
        var text: String
        switch extent.canonical {
        case .rolling(let length): text = "in the \(Self.length(length)) before"
        case .months(let months): text = "in the \(months == 1 ? "month" : "\(months) months") before"
        case .tumbling(let length, let offset):
            text = "in the last whole \(Self.length(length))" + Self.grid(offset)
        case .sliding(let length, let every, let offset):
            text = "in the \(Self.length(length)) up to the last step of \(Self.length(every))" + Self.grid(offset)
        case .lifetime: text = "ever before"
        }
        if delay != 0 { text += ", all \(Self.length(delay)) earlier" }
        if includesEnd { text += ", the end included" }
        return text
    }

    private static func grid(_ offset: Int64) -> String {
        offset == 0 ? "" : ", counted from \(length(offset)) past the epoch"
    }

    /// `1 day`, `36 hours`, `0.5 seconds`.
    fileprivate static func length(_ microseconds: Int64) -> String {
        for (name, unit) in [
            ("day", Int64(86_400_000_000)), ("hour", 3_600_000_000), ("minute", 60_000_000), ("second", 1_000_000),
        ] where microseconds % unit == 0 {
            let count = microseconds / unit
            if count == 0 { return "no time" }
            return count == 1 ? "1 \(name)" : "\(count) \(name)s"
        }
        return "\(Double(microseconds) / 1_000_000) seconds"
    }
}
