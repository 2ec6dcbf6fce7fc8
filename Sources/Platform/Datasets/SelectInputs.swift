import Foundation
import MartletDomain
import QueryEngine

/// What a SELECT reads, as the engine's own parser sees it.
///
/// A table that is derived records the exact versions that it came from. SQL that named a file of the workspace would read
/// past that record, so it may read nothing but its inputs.
struct SelectInputs {
    private var tables: Set<String> = []
    private var functions: Set<String> = []
    /// Functions that give another value another time.
    private var unsteady: Set<String> = []
    /// Scalar and aggregate functions, in lower case.
    private var called: Set<String> = []
    /// Tables that the statement itself defines, in lower case.
    private var defined: Set<String> = []

    /// - Throws: ``InvalidRequest`` unless `sql` is one SELECT that reads only what is named in `inputs`.
    static func check(_ sql: String, inputs: [String], _ session: any QuerySession) throws {
        let text =
            try session.collect("SELECT json_serialize_sql(\(quotedLiteral(sql))) AS tree")["tree"]?.strings?.first
            ?? nil
        guard let text, let tree = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
            throw InvalidRequest("The SQL was not run: it is nested too deeply to be checked.")
        }
        guard tree["error"] as? Bool == false, let statements = tree["statements"] as? [Any], statements.count == 1
        else {
            let reason = tree["error_message"] as? String ?? "it is not one statement"
            throw InvalidRequest("The SQL was not run, because only one SELECT can be: \(reason)")
        }
        var found = SelectInputs()
        found.read(statements)
        let known = found.defined.union(inputs.map { $0.lowercased() })
        let strange = found.tables.filter { !known.contains($0.lowercased()) } + found.functions
        guard strange.isEmpty else {
            throw InvalidRequest(
                "The SQL was not run: it reads \(strange.sorted().joined(separator: ", ")), which is none of its inputs. "
                    + "Name every table that it reads as an input, so that the version is on record.")
        }
        let unsteady = try found.unsteady.union(Self.unsteady(among: found.called, session))
        guard unsteady.isEmpty else {
            throw InvalidRequest(
                "The SQL was not run: \(unsteady.sorted().joined(separator: ", ")) gives another value another time, so "
                    + "the table could not be computed again. Take times and numbers from the inputs.")
        }
    }

    private static let harmless: Set<String> = ["range", "generate_series", "unnest"]
    /// These depend on what is no input, though the engine takes them for steady.
    private static let unsteadyFunctions: Set<String> = [
        "current_localtime", "current_localtimestamp", "current_setting", "getenv", "write_log",
    ]

    /// Those that the engine itself does not call steady.
    private static func unsteady(among names: Set<String>, _ session: any QuerySession) throws -> [String] {
        guard !names.isEmpty else { return [] }
        let list = names.sorted().map(quotedLiteral).joined(separator: ", ")
        let found = try session.collect(
            "SELECT DISTINCT function_name AS name FROM duckdb_functions() WHERE lower(function_name) IN (\(list)) "
                + "AND stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY') AND function_name <> 'error'")
        return (found["name"]?.strings ?? []).compactMap { $0.map { "\($0)()" } }
    }
    /// These stand without parentheses.
    private static let unsteadyWords: Set<String> = [
        "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp",
    ]

    private mutating func read(_ node: Any) {
        if let list = node as? [Any] {
            for element in list { read(element) }
        } else if let fields = node as? [String: Any] {
            switch fields["type"] as? String {
            case "BASE_TABLE":
                let parts = ["catalog_name", "schema_name", "table_name"].compactMap { fields[$0] as? String }
                tables.insert(parts.filter { !$0.isEmpty }.joined(separator: "."))
            case "TABLE_FUNCTION":
                let name = (fields["function"] as? [String: Any])?["function_name"] as? String ?? "a function"
                if !Self.harmless.contains(name.lowercased()) { functions.insert("\(name)()") }
            case "FUNCTION":
                let name = (fields["function_name"] as? String ?? "").lowercased()
                called.insert(name)
                let isOfToday = name == "age" && (fields["children"] as? [Any])?.count == 1
                if isOfToday || Self.unsteadyFunctions.contains(name) || Self.unsteadyWords.contains(name) {
                    unsteady.insert("\(name)()")
                }
            case "COLUMN_REF":
                let name = ((fields["column_names"] as? [String])?.last ?? "").lowercased()
                if Self.unsteadyWords.contains(name) { unsteady.insert(name) }
            case "SHOW_REF": functions.insert("a description")
            default: break
            }
            if let sample = fields["sample"] as? [String: Any], (sample["seed"] as? NSNumber)?.int64Value ?? -1 < 0 {
                unsteady.insert("a sample without REPEATABLE")
            }
            for case let entry as [String: Any] in (fields["cte_map"] as? [String: Any])?["map"] as? [Any] ?? [] {
                // One that is named like a file could stand for the file elsewhere in the statement.
                guard let key = entry["key"] as? String, key.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
                else { continue }
                defined.insert(key.lowercased())
            }
            for value in fields.values { read(value) }
        }
    }
}
