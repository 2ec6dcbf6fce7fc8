public import Foundation
public import MartletAPI
public import MartletDomain

extension Client {
    /// Makes a feature table, with the rows of a file if one is given: `.csv`, `.csv.gz`, `.parquet` or `.jsonl`.
    ///
    /// One that is there already and is what is asked for is given back.
    /// - Throws: ``ClientError/refused(_:_:)`` with every problem of the declaration and of the rows.
    public func createFeatureTable(
        _ table: FeatureTableDeclaration, from file: URL? = nil, runID: String? = nil
    ) async throws -> FeatureTableSummary {
        try await send(CreateFeatureTable(table, rows: try await rows(of: file), runID: runID))
    }

    /// Writes a file's rows into a feature table as its next version: all of them, or none.
    ///
    /// By ``FeatureWriteMode/merge`` a row whose key is there takes its place and any other is added; columns that a table
    /// without times has and the file lacks keep their values.
    public func writeFeatureTable(
        _ table: TableName, from file: URL, mode: FeatureWriteMode = .merge, runID: String? = nil,
        progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws -> DatasetSummary {
        let upload = try await upload(file, progress: progress)
        let rows = FeatureRowsSource.upload(upload.upload, fileName: file.lastPathComponent)
        return try await send(WriteFeatureTable(table: table, rows: rows, mode: mode, runID: runID))
    }

    /// Writes a table's rows, as they are or as they were, into a file of this machine.
    /// - Parameter receive: Called with the bytes as they come.
    public func readTable(
        _ request: ReadTable, receive: @escaping @Sendable (Data) throws -> Void
    ) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let wire = WireRequest(
            method: "POST", path: martletPrefix + ReadTable.path, headers: ["Content-Type": "application/json"],
            body: .bytes(try encoder.encode(request)), isIdempotent: false, timeout: .seconds(900))
        let answer = try await stream(wire) { head, data in if head.isGood { try receive(data) } }
        if let refusal = Self.refusal(answer) { throw refusal }
    }

    private func rows(of file: URL?) async throws -> FeatureRowsSource? {
        guard let file else { return nil }
        return .upload(try await upload(file).upload, fileName: file.lastPathComponent)
    }
}

extension Client {
    /// Joins features to the rows of a file as of each row's own time, and keeps the result as a table.
    ///
    /// - Parameters:
    ///   - specification: What it is made of, YAML.
    ///   - spine: `.csv`, `.csv.gz`, `.parquet` or `.jsonl`.
    ///   - strict: Whether features that hold what was not known, as far as the declaration tells, are refused.
    /// - Throws: ``ClientError/refusedFeatures(_:_:)`` with every problem.
    public func createTrainingSet(
        _ table: TableName, specification: String, spine: URL, strict: Bool = false, runID: String? = nil
    ) async throws -> TrainingSetRecord {
        let upload = try await upload(spine)
        return try await send(
            CreateTrainingSet(
                table: table, specification: specification,
                spine: .upload(upload.upload, fileName: spine.lastPathComponent), runID: runID, strict: strict))
    }

    /// As ``createTrainingSet(_:specification:spine:strict:runID:)``, for rows of a table; nil for its newest version.
    public func createTrainingSet(
        _ table: TableName, specification: String, spine: TableName, version: Int64? = nil, strict: Bool = false,
        runID: String? = nil
    ) async throws -> TrainingSetRecord {
        try await send(
            CreateTrainingSet(
                table: table, specification: specification, spine: .table(spine, version: version), runID: runID,
                strict: strict))
    }
}
