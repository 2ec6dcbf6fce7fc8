public import ArgumentParser
public import MartletAPI
public import MartletDomain

// Words of the domain as command-line arguments.
extension MonitoringPlan.Frequency: ExpressibleByArgument {}
extension MonitoringPlan.RetrainingTrigger: ExpressibleByArgument {}
extension AuditQuery.Outcome: ExpressibleByArgument {}
extension Role: ExpressibleByArgument {}
extension WriteMode: ExpressibleByArgument {}
extension FeatureWriteMode: ExpressibleByArgument {}

extension DatasetTransaction.Kind: ExpressibleByArgument {
    public init?(argument: String) { self.init(rawValue: argument.uppercased()) }
}

extension Stage: ExpressibleByArgument {
    public init?(argument: String) { self.init(word: argument) }
}
