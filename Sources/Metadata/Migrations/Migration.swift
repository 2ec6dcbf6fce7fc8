/// One step of the schema. Steps only ever go forward, and one that has been released is never edited.
package struct Migration: Sendable {
    package let number: Int64
    package let name: String
    package let statements: [String]

    package init(_ number: Int64, _ name: String, _ statements: [String]) {
        (self.number, self.name, self.statements) = (number, name, statements)
    }

    /// In the order in which they are applied.
    package static let all: [Migration] = [
        .foundation, .tracking, .registry, .identity, .datasets, .features, .models, .scoring, .search, .webhooks,
        .artifacts, .datasetTransactions, .featureTables, .onlineFeatures, .packedFeatures, .pushIDs,
        .featureCheckSpans, .auditCheckpoints, .access, .policies, .why, .registryWebhooks,
    ]
}
