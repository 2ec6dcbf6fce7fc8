import Foundation
import MartletDomain
import QueryEngine

/// A file of comma-separated values (RFC 4180) whose first line names the columns.
///
/// The names are read here and given to the engine: left to itself it takes for the header whichever line fits the rest,
/// passes over the lines above it, and takes columns that are to be appended by their places.
struct CSVFile {
    let file: URL
    private let dialect = #"header = true, delim = ',', quote = '"', escape = '"', strict_mode = true, nullstr = ''"#

    init(_ file: URL) { self.file = file }

    /// Rows that types are read off at first.
    static let sample = 20_480

    /// The file as SQL reads it.
    /// - Parameters:
    ///   - types: What is known of columns, by name; the others' types are read off the values.
    ///   - sample: How many rows are looked at for that; -1 for all.
    func relation(
        named fileName: String, types: [String: String] = [:], sample: Int, _ engine: any QueryEngine
    ) async throws -> String {
        let names = try Self.names(try await firstLine(engine), of: fileName)
        let known = names.compactMap { name in
            types[name].map { "\(quotedLiteral(name)): \(quotedLiteral($0))" }
        }
        let given = known.isEmpty ? "" : ", types = {\(known.joined(separator: ", "))}"
        let list = names.map(quotedLiteral).joined(separator: ", ")
        return "read_csv(\(quotedFile(file.path)), \(dialect), names = [\(list)]\(given), "
            + "skip = 0, comment = '', auto_detect = true, sample_size = \(sample))"
    }

    /// What is wrong with the first line that has not as many values as there are columns; nil when all have.
    func brokenLine(_ engine: any QueryEngine) async -> QueryError? {
        do {
            let names = try Self.names(try await firstLine(engine), of: "")
            let columns = names.map { "\(quotedLiteral($0)): 'VARCHAR'" }.joined(separator: ", ")
            let sql =
                "SELECT count(COLUMNS(*)) FROM read_csv(\(quotedFile(file.path)), \(dialect), auto_detect = false, "
                + "columns = {\(columns)})"
            _ = try await engine.withSession { try $0.collect(sql) }
            return nil
        } catch {
            return error as? QueryError
        }
    }

    private func firstLine(_ engine: any QueryEngine) async throws -> String {
        // One column that ends at a byte no text has.
        let sql = """
            SELECT line FROM read_csv(\(quotedFile(file.path)), header = false, auto_detect = false, strict_mode = false,
                parallel = false, delim = '\u{1}', quote = '', escape = '', columns = {'line': 'VARCHAR'}) LIMIT 1
            """
        return try await engine.withSession { try $0.collect(sql)["line"]?.strings?.first ?? nil } ?? ""
    }

    private static func names(_ line: String, of fileName: String) throws -> [String] {
        let names = fields(line)
        var seen: Set<String> = []
        let twice = names.filter { !seen.insert($0.lowercased()).inserted }
        guard !names.contains("") else {
            throw DatasetError.unreadableFile(fileName, reason: "its first line does not name every column.")
        }
        guard twice.isEmpty else {
            throw DatasetError.unreadableFile(
                fileName, reason: "its first line names \(twice.joined(separator: ", ")) twice; rename one.")
        }
        return names
    }

    /// A line's values, without the quotes around them; a quote twice within quotes is one.
    private static func fields(_ line: String) -> [String] {
        var (fields, field, isQuoted, endedQuote) = ([String](), "", false, false)
        for character in line {
            if character == "\"" {
                if endedQuote { field.append(character) }
                endedQuote = isQuoted
                isQuoted.toggle()
                continue
            }
            endedQuote = false
            if character == ",", !isQuoted {
                fields.append(field)
                field = ""
            } else {
                field.append(character)
            }
        }
        return (fields + [field]).map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
