public import MartletDomain

/// Looks at a model in service over a span of its predictions, as its monitoring plan says.
public struct CheckModel: MartletRequest {
    public typealias Response = MonitoringCheck
    public static let path = "monitoring/check"

    public var model: String
    /// Nil for the table that the plan's selection names.
    public var predictions: TableName?
    public var from: Instant
    public var to: Instant
    /// Outcomes are taken as they were known then; nil for now.
    public var labelsKnownAt: Instant?
    /// The experiment that gets the report.
    public var experiment: String

    public init(
        model: String, predictions: TableName? = nil, from: Instant, to: Instant, labelsKnownAt: Instant? = nil,
        experiment: String
    ) {
        (self.model, self.predictions, self.from, self.to) = (model, predictions, from, to)
        (self.labelsKnownAt, self.experiment) = (labelsKnownAt, experiment)
    }

    enum CodingKeys: String, CodingKey {
        case model, predictions, from, to, experiment
        case labelsKnownAt = "labels_known_at"
    }
}
