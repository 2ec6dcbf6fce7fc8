public import Foundation
public import MartletAPI
public import MartletDomain

extension Client {
    /// Writes what belongs beside a model that was trained on a training set into the model's folder, so that its features
    /// are looked up for it wherever it is scored.
    public func packFeatures(
        _ trainingSet: TableName, version: Int64? = nil, into folder: URL
    ) async throws -> PackedFeatures {
        let packed = try await send(PackFeatures(table: trainingSet, version: version))
        for (name, text) in packed.files where !name.contains("/") && name != ".." {
            try Data(text.utf8).write(to: folder.appending(path: name), options: .atomic)
        }
        return packed.features
    }

    /// Scores rows by a version that knows its own features: the rows' columns, the inputs that they lack, the prediction.
    ///
    /// - Parameters:
    ///   - request: ``FeatureRowsSource/upload(_:fileName:)`` for a file that ``upload(_:progress:)`` sent.
    ///   - receive: Called with the bytes of a Parquet file as they come.
    /// - Returns: The record that was kept: what was read, overridden, out of the ordinary.
    public func scoreRows(
        _ request: ScoreRows, receive: @escaping @Sendable (Data) throws -> Void
    ) async throws -> RowScoring {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let wire = WireRequest(
            method: "POST", path: martletPrefix + ScoreRows.path, headers: ["Content-Type": "application/json"],
            body: .bytes(try encoder.encode(request)), isIdempotent: false, timeout: .seconds(900))
        let answer = try await stream(wire) { head, data in if head.isGood { try receive(data) } }
        if let refusal = Self.refusal(answer) { throw refusal }
        return try await send(ShowRowScoring(id: answer.headers[ScoreRows.scoringHeader.lowercased()] ?? ""))
    }
}
