import FeatureEngine
import MartletDomain
import Platform

extension JSONWriter {
    mutating func cell(_ cell: JSONCell) {
        switch cell {
        case .null: raw("null")
        case .boolean(true): raw("true")
        case .boolean(false): raw("false")
        case .long(let value): integer(value)
        case .double(let value): number(value)
        case .string(let value): string(value)
        }
    }

    mutating func cell(_ value: CellValue, scale: Int) {
        switch value {
        case .null: raw("null")
        case .boolean(true): raw("true")
        case .boolean(false): raw("false")
        case .long(let value): integer(value)
        case .double(let value): number(value)
        case .string(let text): string(text)
        case .decimal, .date, .timestamp, .binary: string(value.text(scale: scale))
        }
    }

    mutating func instant(_ microseconds: Int64) {
        var text: [UInt8] = [UInt8(ascii: "\"")]
        text.reserveCapacity(32)
        Instant.append(microseconds, to: &text)
        text.append(UInt8(ascii: "\""))
        raw(text)
    }
}

/// Feast's answer: one result for each column, the keys first, and their names apart.
struct FeastAnswer: JSONWritable {
    var entities: [PushedFrame.Column]
    var columns: [ServedColumn]
    var fullFeatureNames: Bool

    /// - Throws: ``FeatureError`` for two columns of one name.
    init(_ body: OnlineBody, _ columns: [ServedColumn]) throws {
        entities = body.columns ?? []
        (self.columns, fullFeatureNames) = (columns, body.fullFeatureNames)
        try requireDistinct(entities.map(\.name) + names)
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("results")
            writer.results(entities, columns)
            writer.name("metadata")
            writer.object { writer in
                writer.name("feature_names")
                writer.list(entities.map(\.name) + names) { $0.string($1) }
            }
        }
    }

    var names: [String] {
        columns.map { fullFeatureNames ? "\($0.view)__\($0.feature)" : $0.feature }
    }
}

extension JSONWriter {
    fileprivate mutating func results(_ entities: [PushedFrame.Column], _ columns: [ServedColumn]) {
        array { writer in
            for entity in entities {
                writer.separate()
                writer.object { writer in
                    writer.name("values")
                    writer.list(entity.cells) { $0.cell($1) }
                    writer.name("statuses")
                    writer.list(entity.cells) { writer, _ in writer.raw("\"PRESENT\"") }
                    writer.name("event_timestamps")
                    writer.list(entity.cells) { writer, _ in writer.raw("\"1970-01-01T00:00:00Z\"") }
                }
            }
            for column in columns {
                writer.separate()
                writer.object { writer in
                    writer.name("values")
                    writer.list(column.values) { $0.cell($1.value, scale: column.scale) }
                    writer.name("statuses")
                    writer.list(column.values) { $0.feastStatus($1.status) }
                    writer.name("event_timestamps")
                    writer.list(column.values) { $0.instant($1.eventTime ?? 0) }
                }
            }
        }
    }

    private mutating func feastStatus(_ status: ServedStatus) { string(status.feast) }

    fileprivate mutating func status(_ status: ServedStatus) {
        switch status {
        case .present: raw("\"present\"")
        case .null: raw("\"null\"")
        case .missing: raw("\"missing\"")
        case .expired: raw("\"expired\"")
        case .refused: raw("\"refused\"")
        }
    }

    fileprivate mutating func eventTime(_ time: Int64?) { if let time { instant(time) } else { raw("null") } }
}

/// Our own answer: by row if rows were asked for, else by column.
struct OnlineAnswer: JSONWritable {
    var columns: [ServedColumn]
    var rowCount: Int
    var isByRow: Bool

    /// - Throws: ``FeatureError`` for two columns of one name.
    init(_ body: OnlineBody, _ columns: [ServedColumn]) throws {
        (self.columns, rowCount, isByRow) = (columns, body.columns?.first?.cells.count ?? 0, body.isByRow)
        try requireDistinct(columns.map(\.feature))
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            if isByRow {
                writer.name("rows")
                writer.list(0..<rowCount) { writer, row in
                    writer.object { writer in
                        for column in columns { write(column, row, to: &writer) }
                    }
                }
            } else {
                writer.name("columns")
                writer.object { writer in
                    for column in columns { write(column, to: &writer) }
                }
            }
        }
    }

    private func write(_ column: ServedColumn, _ row: Int, to writer: inout JSONWriter) {
        let value = column.values[row]
        writer.name(column.feature)
        writer.object { writer in
            writer.name("value")
            writer.cell(value.value, scale: column.scale)
            writer.name("status")
            writer.status(value.status)
            writer.name("event_time")
            writer.eventTime(value.eventTime)
            if let reason = column.reasons[row] { writer.member("reason", reason) }
            writer.member("version", column.version)
        }
    }

    private func write(_ column: ServedColumn, to writer: inout JSONWriter) {
        writer.name(column.feature)
        writer.object { writer in
            writer.name("values")
            writer.list(column.values) { $0.cell($1.value, scale: column.scale) }
            writer.name("statuses")
            writer.list(column.values) { $0.status($1.status) }
            writer.name("event_times")
            writer.list(column.values) { $0.eventTime($1.eventTime) }
            if !column.reasons.isEmpty {
                writer.name("reasons")
                writer.object { writer in
                    for (row, reason) in column.reasons.sorted(by: { $0.key < $1.key }) {
                        writer.name("\(row)")
                        writer.string(reason)
                    }
                }
            }
            writer.member("view", column.view)
            writer.member("version", column.version)
        }
    }
}
