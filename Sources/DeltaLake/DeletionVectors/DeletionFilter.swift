import Foundation

/// The condition under which a row of `read_parquet` is still in the table.
///
/// Scattered rows are looked up in a hash table that the engine builds once from one text; where many rows of a file
/// are gone, in a bitmap. Both keep the order of the rows, and a filter on the table still reaches the files.
struct DeletionFilter {
    /// One an element of the list of files that is read; nil where no row is gone.
    var files: [DeletedRows?]

    /// Bits that one statement's bitmap may have: DuckDB counts them by a signed 32-bit integer.
    static let bitLimit = 1 << 30
    /// Rows of a file are below 2 to this.
    private static let rowBits = 31

    /// Places that files of these rows can be read together, as ranges of `files`.
    static func reads(of files: [DeletedRows?]) -> [Range<Int>] {
        var reads: [Range<Int>] = []
        var (start, bits) = (0, 0)
        for (index, file) in files.enumerated() {
            var more = 0
            if case .bits(_, let bytes)? = file?.form { more = bytes.count * 8 }
            if index > start, bits + more > bitLimit {
                reads.append(start..<index)
                (start, bits) = (index, 0)
            }
            bits += more
        }
        if start < files.count { reads.append(start..<files.count) }
        return reads
    }

    /// Uses the columns `file_index` and `file_row_number`, which DuckDB has for every Parquet file.
    var sql: String {
        let terms = [numbers, bits].compactMap { $0 }
        return terms.isEmpty ? "true" : terms.joined(separator: " AND ")
    }

    private var numbers: String? {
        var text = ""
        for (index, file) in files.enumerated() {
            guard case .numbers(let rows)? = file?.form else { continue }
            for row in rows {
                text += text.isEmpty ? "" : ","
                text += String(Int64(index) << Int64(Self.rowBits) | row)
            }
        }
        guard !text.isEmpty else { return nil }
        return "(CAST(file_index AS BIGINT) << \(Self.rowBits) | file_row_number) NOT IN "
            + "(SELECT CAST(unnest(string_split('\(text)', ',')) AS BIGINT))"
    }

    /// The bitmaps lie one behind the other; three lists say which rows of a file they cover and how far to shift.
    private var bits: String? {
        var all = Data()
        var (first, last, shift): ([String], [String], [String]) = ([], [], [])
        for file in files {
            guard case .bits(let start, let bytes)? = file?.form else {
                first.append("NULL")
                last.append("NULL")
                shift.append("NULL")
                continue
            }
            first.append(String(start))
            last.append(String(start + Int64(bytes.count) * 8 - 1))
            shift.append(String(Int64(all.count) * 8 - start))
            all.append(contentsOf: bytes)
        }
        guard !all.isEmpty else { return nil }
        func of(_ list: [String]) -> String {
            "(CAST([\(list.joined(separator: ", "))] AS BIGINT[]))[CAST(file_index AS BIGINT) + 1]"
        }
        return "CASE WHEN file_row_number BETWEEN \(of(first)) AND \(of(last)) THEN "
            + "get_bit(CAST(from_base64('\(all.base64EncodedString())') AS BIT), "
            + "CAST(\(of(shift)) + file_row_number AS INTEGER)) = 0 ELSE true END"
    }
}
