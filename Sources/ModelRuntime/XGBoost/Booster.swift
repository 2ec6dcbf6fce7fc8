internal import CXGBoost
internal import Foundation

/// The library's handle of a model, freed with this object. Set up by one thread, then only read.
final class Booster: @unchecked Sendable {
    let library: XGBoost
    let handle: CXGBBooster
    var table: CXGBTable { library.functions.table }

    init(library: XGBoost, matrix: LibraryMatrix? = nil) throws(ModelError) {
        self.library = library
        var made: CXGBBooster?
        var matrices: [CXGBMatrix?] = matrix.map { [$0.handle] } ?? []
        let status = library.functions.table.BoosterCreate?(&matrices, UInt64(matrices.count), &made)
        try library.functions.check("make a model", status)
        guard let made else { throw .library(operation: "make a model", reason: "no handle came back") }
        handle = made
    }

    deinit { _ = table.BoosterFree?(handle) }

    func check(_ operation: String, _ status: Int32?) throws(ModelError) {
        try library.functions.check(operation, status)
    }

    func set(_ name: String, _ value: String) throws(ModelError) {
        try check("set \(name) to \(value)", table.BoosterSetParameter?(handle, name, value))
    }

    /// Rows are independent, so the number of threads changes the time and never the numbers.
    func setPredictionThreads() throws(ModelError) {
        try set("verbosity", "0")
        try set("nthread", "\(min(8, max(1, ProcessInfo.processInfo.activeProcessorCount)))")
    }

    /// Writes the names and the kind of the columns into the model, as XGBoost's Python package does.
    func name(_ columns: [String]) throws(ModelError) {
        let types = [String](repeating: "float", count: columns.count)
        for (field, words) in [("feature_name", columns), ("feature_type", types)] {
            let status = withCStrings(words) { words in
                table.BoosterSetFeatureInfo?(handle, field, &words, UInt64(columns.count))
            }
            try check("take the column names", status)
        }
    }

    func serialized() throws(ModelError) -> [UInt8] {
        var count: UInt64 = 0
        var bytes: UnsafePointer<CChar>?
        try check("write a model", table.BoosterSaveToBuffer?(handle, #"{"format":"ubj"}"#, &count, &bytes))
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    }

    /// Scores row after row, or what they are before the objective's transformation.
    func predict(
        _ values: [Float], rowCount: Int, columnCount: Int, margin: Bool = false
    ) throws(ModelError) -> [Float] {
        let config =
            #"{"type":\#(margin ? 1 : 0),"training":false,"iteration_begin":0,"iteration_end":0,"#
            + #""strict_shape":false,"missing":NaN}"#
        var shape: UnsafePointer<UInt64>?
        var dimensions: UInt64 = 0
        var result: UnsafePointer<Float>?
        let status = values.withUnsafeBufferPointer { values in
            table.BoosterPredictDense?(
                handle, ArrayInterface.json(values, rows: rowCount, columns: columnCount), config, nil, &shape,
                &dimensions, &result)
        }
        try check("predict", status)
        // What came back belongs to this thread and this model until the next call, so it is copied now.
        let sizes = UnsafeBufferPointer(start: shape, count: Int(dimensions))
        guard sizes.reduce(1, { $0 &* $1 }) == UInt64(rowCount) else {
            throw .library(operation: "predict", reason: "it answered \(Array(sizes)) numbers for \(rowCount) rows")
        }
        return Array(UnsafeBufferPointer(start: result, count: rowCount))
    }

    /// The exact SHAP values of some rows, row after row: one number for each column, then the bias.
    func contributions(_ data: FeatureMatrix) throws(ModelError) -> [Float] {
        let matrix = try LibraryMatrix(library: library, data: data, threads: "1")
        let config =
            #"{"type":2,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false}"#
        var shape: UnsafePointer<UInt64>?
        var dimensions: UInt64 = 0
        var result: UnsafePointer<Float>?
        try check(
            "tell contributions",
            table.BoosterPredict?(handle, matrix.handle, config, &shape, &dimensions, &result))
        let sizes = UnsafeBufferPointer(start: shape, count: Int(dimensions))
        let expected = data.rowCount * (data.columnCount + 1)
        guard sizes.reduce(1, { $0 &* $1 }) == UInt64(expected) else {
            throw .library(
                operation: "tell contributions",
                reason: "it answered \(Array(sizes)) numbers for \(data.rowCount) rows of \(data.columnCount) columns")
        }
        return Array(UnsafeBufferPointer(start: result, count: expected))
    }

    /// Scores by `f0`, `f1`, …, whatever the columns are called, in the library's order.
    func scores(_ kind: String, columnCount: Int) throws(ModelError) -> [(name: String, score: Float)] {
        var (count, dimensions): (UInt64, UInt64) = (0, 0)
        var names: UnsafeMutablePointer<UnsafePointer<CChar>?>?
        var shape: UnsafePointer<UInt64>?
        var scores: UnsafePointer<Float>?
        let places = (0..<columnCount).map { "\"f\($0)\"" }.joined(separator: ",")
        let config = #"{"importance_type":"\#(kind)","feature_names":[\#(places)]}"#
        try check(
            "score features",
            table.BoosterFeatureScore?(handle, config, &count, &names, &dimensions, &shape, &scores))
        guard dimensions == 1, let names, let scores else { return [] }
        return (0..<Int(count)).compactMap { index in
            names[index].map { (String(cString: $0), scores[index]) }
        }
    }
}

/// The library's own copy of rows, freed with this object.
final class LibraryMatrix {
    let library: XGBoost
    let handle: CXGBMatrix

    init(library: XGBoost, data: FeatureMatrix, labels: [Float]? = nil, threads: String) throws(ModelError) {
        self.library = library
        let functions = library.functions
        var made: CXGBMatrix?
        let status = data.values.withUnsafeBufferPointer { values in
            functions.table.MatrixFromDense?(
                ArrayInterface.json(values, rows: data.rowCount, columns: data.columnCount),
                #"{"missing":NaN,"nthread":\#(threads)}"#, &made)
        }
        try functions.check("take the rows", status)
        guard let made else { throw .library(operation: "take the rows", reason: "no handle came back") }
        handle = made
        guard let labels else { return }
        let labelled = labels.withUnsafeBufferPointer { labels in
            functions.table.MatrixSetInfo?(made, "label", ArrayInterface.json(labels, rows: labels.count))
        }
        try functions.check("take the labels", labelled)
    }

    deinit { _ = library.functions.table.MatrixFree?(handle) }
}
