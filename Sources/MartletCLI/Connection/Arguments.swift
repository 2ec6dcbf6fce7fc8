public import ArgumentParser
public import MartletAPI
public import MartletDomain

// Words of the domain as command-line arguments.
extension MonitoringPlan.Frequency: ExpressibleByArgument {}
extension MonitoringPlan.RetrainingTrigger: ExpressibleByArgument {}
extension AuditQuery.Outcome: ExpressibleByArgument {}
extension Role: ExpressibleByArgument {
    public init?(argument: String) { self.init(word: argument) }
}
extension VerbPattern: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
extension Scope: ExpressibleByArgument {
    public init?(argument: String) { self.init(parsing: argument) }
}
extension Member: ExpressibleByArgument {
    public init?(argument: String) { self.init(parsing: argument) }
}
extension WriteMode: ExpressibleByArgument {}
extension FeatureWriteMode: ExpressibleByArgument {}

extension DatasetTransaction.Kind: ExpressibleByArgument {
    public init?(argument: String) { self.init(rawValue: argument.uppercased()) }
}

extension Stage: ExpressibleByArgument {
    /// Not listed, because a model's policy may have others than MLflow's.
    public static var allValueStrings: [String] { [] }

    /// One of MLflow's in any case, or one that the model's policy may have.
    public init?(argument: String) {
        guard let stage = Stage(word: argument) ?? Stage(rawValue: argument) else { return nil }
        self = stage
    }
}
