/// The features that a table may ask of its readers and writers, and those that are there.
///
/// Source: delta-io/delta, PROTOCOL.md, "Table Features", "Reader Version Requirements", "Writer Version Requirements".
enum TableFeature {
    static let deletionVectors = "deletionVectors"
    static let columnMapping = "columnMapping"
    static let timestampNtz = "timestampNtz"
    static let v2Checkpoint = "v2Checkpoint"

    static let read: Set<String> = [deletionVectors, columnMapping, timestampNtz, v2Checkpoint]
    static let written: Set<String> = ["appendOnly", "invariants"]
}

extension ProtocolVersions {
    /// Whether a reader has to heed `feature`.
    func asksReaders(_ feature: String) -> Bool {
        switch minReaderVersion {
        case 2: feature == TableFeature.columnMapping
        case 3: readerFeatures?.contains(feature) ?? false
        default: false
        }
    }

    /// - Throws: ``DeltaError`` when reading the table right takes more than there is, with every feature that lacks.
    func checkReadable(_ table: String) throws(DeltaError) {
        guard minReaderVersion <= 3 else { throw .readerVersion(table: table, minReaderVersion) }
        guard minReaderVersion == 3 else { return }
        guard let readerFeatures else {
            let reason = "has reader version 3 without readerFeatures"
            throw .malformedLog(table: table, entry: "protocol", line: nil, reason: reason)
        }
        let lacking = Set(readerFeatures).subtracting(TableFeature.read).sorted()
        guard lacking.isEmpty else { throw .readerFeatures(table: table, lacking) }
    }

    /// - Throws: ``DeltaError`` when changing the table right takes more than there is, with every feature that lacks.
    func checkWritable(_ table: String) throws(DeltaError) {
        guard minWriterVersion <= 7 else { throw .writerVersion(table: table, minWriterVersion) }
        var features: Set<String> = minReaderVersion == 2 ? [TableFeature.columnMapping] : []
        if minReaderVersion == 3 { features.formUnion(readerFeatures ?? []) }
        if minWriterVersion == 7 {
            guard let writerFeatures else { throw .writerVersion(table: table, minWriterVersion) }
            features.formUnion(writerFeatures)
        } else {
            for (version, implied) in Self.implied where version <= minWriterVersion { features.formUnion(implied) }
        }
        let lacking = features.subtracting(TableFeature.written).sorted()
        guard lacking.isEmpty else { throw .writerFeatures(table: table, lacking) }
    }

    /// What each writer version before 7 adds.
    private static let implied: [(Int, Set<String>)] = [
        (3, ["checkConstraints"]), (4, ["changeDataFeed", "generatedColumns"]), (5, ["columnMapping"]),
        (6, ["identityColumns"]),
    ]
}
