import DeltaLake
import Foundation
import Testing

/// What others make of our tables: deltalake and polars, run by a Python that has them.
enum OtherReaders {
    static let python = ProcessInfo.processInfo.environment["MARTLET_TEST_DELTA_PYTHON"]
    static let missing: Comment = "set MARTLET_TEST_DELTA_PYTHON to a Python with deltalake, polars and pyarrow"

    /// Reads every version from `first` on with both, under filters on every column, and gives the values of the column
    /// `id` in the newest; nil, with an issue recorded, when they do not agree.
    static func ids(_ table: URL, from first: Int64) throws -> [Int64]? {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Golden/delta/read_with_others.py")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python ?? "")
        process.arguments = [script.path, table.path, String(first)]
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
        guard process.terminationStatus == 0, let last = text.split(separator: "\n").last else { return nil }
        return try JSONDecoder().decode([Int64].self, from: Data(last.utf8))
    }
}

extension TemporaryTable {
    var logPath: String { location.path + "/_delta_log" }

    func logNames() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: logPath).sorted() }

    static func entry(_ version: Int) -> String {
        String(repeating: "0", count: 20 - String(version).count) + "\(version).json"
    }

    static func checkpoint(_ version: Int) -> String { entry(version).replacing("json", with: "checkpoint.parquet") }

    /// Makes an empty table with properties: columns `id` (long) and `t` (string).
    func create(configuration: String) throws {
        try writeLog([
            #"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"# + "\n"
                + #"{"metaData":{"id":"i","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{\"comment\":\"the key\"}},{\"name\":\"t\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":"#
                + configuration + "}}\n"
        ])
    }

    /// Appends one row.
    @discardableResult
    func appendRow(_ id: Int) async throws -> Int64 {
        try await table.append(selecting: "SELECT CAST(\(id) AS BIGINT) AS id, 't\(id)' AS t").version
    }

    /// Gives a file the time of so many days ago.
    func age(_ path: String, days: Double) throws {
        let date = Date(timeIntervalSinceNow: -days * 86_400)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    }
}
