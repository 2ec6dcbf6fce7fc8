import DeltaLake
import Foundation
import Testing

/// What others make of our tables, and we of theirs: deltalake and polars, run by a Python that has them.
enum OtherReaders {
    static let python = ProcessInfo.processInfo.environment["MARTLET_TEST_DELTA_PYTHON"]
    static let missing: Comment = "set MARTLET_TEST_DELTA_PYTHON to a Python with deltalake, polars and pyarrow"

    /// Runs a script of `Golden/delta` and gives what it printed; nil, with an issue recorded, when it failed.
    static func run(_ script: String, _ arguments: [String], _ comment: String = "") throws -> String? {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Golden/delta")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python ?? "")
        process.arguments = [folder.appendingPathComponent(script).path] + arguments
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(comment) \(text)")
        return process.terminationStatus == 0 ? text : nil
    }

    /// Reads every version from `first` on with both, under filters on every column, and gives the values of the column
    /// `id` in the newest; nil, with an issue recorded, when they do not agree.
    static func ids(_ table: URL, from first: Int64, _ comment: String = "") throws -> [Int64]? {
        let text = try run("read_with_others.py", [table.path, String(first)], comment)
        guard let last = text?.split(separator: "\n").last else { return nil }
        return try JSONDecoder().decode([Int64].self, from: Data(last.utf8))
    }

    /// Checks that both read exactly these rows; does nothing without a Python that has them.
    /// - Parameter versions: One text a row, the values of `columns` with a bar between them: texts and binaries in
    ///   hexadecimal, instants in microseconds since 1970, null as a hyphen.
    static func compare(
        _ place: TemporaryTable, _ columns: [String], _ versions: [Int64: [String]], _ comment: String
    ) throws {
        guard python != nil else { return }
        struct Expected: Encodable {
            var columns: [String]
            var versions: [String: [String]]
        }
        let expected = Expected(
            columns: columns, versions: Dictionary(uniqueKeysWithValues: versions.map { ("\($0)", $1.sorted()) }))
        let file = place.location.deletingLastPathComponent().appendingPathComponent("expected-\(UUID()).json")
        try JSONEncoder().encode(expected).write(to: file)
        _ = try run("compare_with_others.py", [place.location.path, file.path], comment)
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
