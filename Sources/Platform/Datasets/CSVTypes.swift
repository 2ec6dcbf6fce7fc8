import MartletDomain
import QueryEngine

/// Which types the columns of a CSV file are read as, so that no value of it loses anything.
///
/// The engine reads types off the first rows, and then makes later values fit without a word: it rounds 1.5 to an integer,
/// cuts the time off a date and the zone off a time, and drops leading zeros. So what was guessed from a sample is read as
/// text and cast here, with a look at each value.
struct CSVTypes {
    enum Attempt: CaseIterable {
        /// By the first rows. Fails when a later value does not fit.
        case sample
        /// By all rows; a time with and one without a zone may stand in one column.
        case zoned
        /// By all rows, as the engine reads them.
        case whole
    }

    private let file: ImportedFile
    private let schema: TableSchema?
    private let attempt: Attempt
    private let csv: CSVFile

    init(_ file: ImportedFile, like schema: TableSchema?, _ attempt: Attempt) {
        (self.file, self.schema, self.attempt, csv) = (file, schema, attempt, CSVFile(file.location))
    }

    private var sample: Int { attempt == .sample ? CSVFile.sample : -1 }

    /// The rows as a SELECT; nil when a sample does not tell the type of every column.
    func select() async throws -> String? {
        let natural = try await csv.relation(named: file.name, sample: sample, file.engine)
        let columns = try await file.engine.columns(of: natural)
        if attempt == .sample, try await isEmptySoFar(columns, natural) { return nil }
        var types: [String: String] = [:]
        var terms: [String] = []
        for (name, sniffed) in columns {
            let known = schema?[name]?.type
            let wanted = known?.sqlName ?? sniffed
            if let checked = checked(name, as: wanted, sniffed: sniffed, isKnown: known != nil) {
                types[name] = "VARCHAR"
                terms.append("\(checked) AS \(quotedIdentifier(name))")
            } else {
                if known != nil { types[name] = wanted }
                terms.append(Datasets.projection(of: name, sniffedAs: wanted))
            }
        }
        let scan = try await csv.relation(named: file.name, types: types, sample: sample, file.engine)
        return "SELECT \(terms.joined(separator: ", ")) FROM \(scan)"
    }

    /// A column of nothing is taken for text, and may turn out to be numbers.
    private func isEmptySoFar(_ columns: [(name: String, type: String)], _ scan: String) async throws -> Bool {
        let texts = columns.filter { $0.type == "VARCHAR" && schema?[$0.name] == nil }
        guard !texts.isEmpty else { return false }
        let counts = texts.map { "count(\(quotedIdentifier($0.name)))" }.joined(separator: ", ")
        let sql = "SELECT least(\(counts)) AS least FROM (SELECT * FROM \(scan) LIMIT \(sample))"
        return try await file.engine.withSession { try $0.collect(sql)["least"]?.longs?.first ?? nil } == 0
    }

    /// The text of a column cast with a look at each value; nil where the engine's own reading loses nothing.
    private func checked(_ name: String, as type: String, sniffed: String, isKnown: Bool) -> String? {
        let text = quotedIdentifier(name)
        let value = "CAST(\(text) AS \(type))"
        let refusal =
            "WHEN \(text) IS NULL THEN NULL ELSE error(\(quotedLiteral("Column \(name) of type \(type) cannot hold ")) "
            + "|| left(\(text), 100)) END"
        // Of values that were all looked at nothing is lost when they are read as what they are.
        let isSure = attempt != .sample && type == sniffed
        switch type {
        case "TINYINT", "SMALLINT", "INTEGER", "BIGINT":
            if attempt != .sample, sniffed == "BIGINT" { return nil }
            // By hand a table may be given 007 for 7; read off the values, it is a text.
            let padded = isKnown ? "WHEN regexp_full_match(\(text), '\\s*[+-]?[0-9]+\\s*') THEN \(value) " : ""
            return "CASE WHEN CAST(\(value) AS VARCHAR) = \(text) THEN \(value) \(padded)\(refusal)"
        case "DATE":
            return isSure ? nil : "CASE WHEN strlen(\(text)) = 10 THEN \(value) \(refusal)"
        case "BOOLEAN":
            return isSure || isKnown ? nil : "CASE WHEN strlen(\(text)) > 3 THEN \(value) \(refusal)"
        case "TIMESTAMP", DataType.timestamp.sqlName:
            if attempt == .whole || sniffed == DataType.timestamp.sqlName { return nil }
            // Going through a calendar, row by row, takes long: only times with a zone do.
            return "CASE WHEN \(text) LIKE '____-__-__ __:__:__' THEN "
                + "make_timestamptz(epoch_us(CAST(\(text) AS TIMESTAMP))) ELSE "
                + "CAST(\(text) AS \(DataType.timestamp.sqlName)) END"
        default: return nil
        }
    }
}
