import DeltaLake
import Foundation
import HTTPTypes
import Hummingbird
import MartletAPI
import MartletDomain
import NIOCore
import NIOPosix
import Platform

/// Martlet's own requests about feature tables, below `/api/martlet/1.0/`.
func addFeatureTableRoutes(to group: Routes, platform: Platform) {
    let features = platform.features
    group.on(
        CreateFeatureTable.self, "features.create_table", of: .tables { [$0.table.name] + ($0.rows?.tablesRead ?? []) }
    ) { body, context in
        try await context.requireRun(body.runID, platform.tracking)
        let table = try await features.createTable(
            body.table, rows: try body.rows?.platform, runID: body.runID, by: context.caller)
        return try await platform.summary(of: table)
    }
    group.on(RegisterFeatureTable.self, "features.register_table", of: .table { $0.table.name }) { body, context in
        try await platform.summary(of: try await features.registerTable(body.table, by: context.caller))
    }
    group.on(WriteFeatureTable.self, "features.write_table", of: .tables { ["\($0.table)"] + $0.rows.tablesRead }) {
        body, context in
        try await context.requireRun(body.runID, platform.tracking)
        let version = try await features.writeTable(
            body.table, try body.rows.platform, body.mode, runID: body.runID, by: context.caller)
        return try await platform.datasets.summary(version.table)
    }
    addFeatureTableRecordRoutes(to: group, platform: platform)
    group.respond(to: ReadTable.self, at: ReadTable.path, "datasets.read_rows", of: .table { "\($0.table)" }) {
        body, context in
        guard let format = ExportFormat(rawValue: body.format) else {
            let known = ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw InvalidRequest("A table is read as \(known), not as '\(body.format)'.")
        }
        let (table, file) = try await features.readTable(
            body.table, version: body.version, asOf: body.asOf, columns: body.columns, limit: body.limit, as: format,
            by: context.caller)
        return try scratchFileResponse(file, named: "\(table.name)-\(table.version).\(format.rawValue)")
    }
}

private func addFeatureTableRecordRoutes(to group: Routes, platform: Platform) {
    let features = platform.features
    group.on(ListFeatureTables.self, "features.list_tables", of: .visible(.featureTable)) { body, context in
        var tables: [FeatureTableSummary] = []
        for table in try await features.tables(tag: body.tag, value: body.value)
        where context.visible(.featureTable).contains("\(table.name)") {
            tables.append(try await platform.summary(of: table))
        }
        return ListFeatureTables.Response(tables: tables)
    }
    group.on(ShowFeatureTable.self, "features.get_table", of: .table { "\($0.table)" }) { body, _ in
        let table = try await features.table(body.table)
        let consumers = try await features.consumers(of: table)
        return ShowFeatureTable.Response(
            summary: try await platform.summary(of: table),
            producers: Array(try await platform.datasets.history(table.name).prefix(100)),
            readers: consumers.readers, usedBy: consumers.tables)
    }
    group.on(DropFeatureTable.self, "features.drop_table", of: .table { "\($0.table)" }) { body, context in
        let dropped = try await features.dropTable(
            body.table, keepingRows: body.keepRows ?? false, by: context.caller)
        return DropFeatureTable.Response(table: dropped.table, emptied: dropped.emptied)
    }
    group.on(TagFeatureTable.self, "features.tag_table", of: .table { "\($0.table)" }) { body, context in
        var (table, absent) = try await features.tagTable(
            body.table, set: body.set ?? [:], delete: body.delete ?? [], by: context.caller)
        if body.addSources != nil || body.deleteSources != nil {
            table = try await features.noteDataSources(
                of: body.table, add: body.addSources ?? [], delete: body.deleteSources ?? [], by: context.caller)
        }
        return TagFeatureTable.Response(table: table, absent: absent)
    }
}

extension Platform {
    fileprivate func summary(of table: FeatureTable) async throws -> FeatureTableSummary {
        let snapshot = try await datasets.snapshot(table.name)
        return FeatureTableSummary(
            table: table, version: snapshot.version, rows: snapshot.rowCount,
            path: datasets.folder(of: table.name).path, columns: snapshot.schema.fields,
            features: table.keys.features(of: snapshot.schema))
    }
}

extension FeatureRowsSource {
    /// The tables that rows are read from.
    var tablesRead: [String] {
        ((table.map { [$0] } ?? []) + (inputs.map { Array($0.values) } ?? [])).map { "\($0)" }
    }

    /// - Throws: `InvalidRequest` unless it names one place.
    var platform: FeatureRows {
        get throws {
            let named = [upload != nil, table != nil, sql != nil].filter { $0 }.count
            if named == 1 {
                if let upload, let fileName { return .upload(id: upload, fileName: fileName) }
                if let table { return .table(table, version: version) }
                if let sql { return .query(sql, inputs: inputs ?? [:], versions: [:]) }
            }
            throw InvalidRequest(
                "Rows come from one place: an upload with its file_name, a table, or sql with its inputs.")
        }
    }
}

/// Hands out a file of the scratch folder, which is gone afterwards.
func scratchFileResponse(_ file: URL, named name: String) throws -> Response {
    // Its name goes at once; its bytes when it is closed, however the sending ends.
    defer { try? FileManager.default.removeItem(at: file) }
    let handle = try FileHandle(forReadingFrom: file)
    let size = Int(try handle.seekToEnd())
    try handle.seek(toOffset: 0)
    var headers = HTTPFields()
    headers[.contentType] = "application/octet-stream"
    headers[.contentDisposition] = "attachment; filename=\"\(name)\""
    let body = ResponseBody(contentLength: size) { writer in
        while true {
            let data = try await NIOThreadPool.singleton.runIfActive { try handle.read(upToCount: 256 << 10) ?? Data() }
            if data.isEmpty { break }
            try await writer.write(ByteBuffer(bytes: data))
        }
        try await writer.finish(nil)
    }
    return Response(status: .ok, headers: headers, body: body)
}
