import DeltaLake
import Foundation
import FuzzInputs
import MartletDomain
import QueryEngine

/// Changes a table at random and keeps what its rows must be: columns `id` (long), `p` (string), `seen` (timestamp) and
/// `v` (string), and later `w` (long).
struct RandomHistory {
    enum Step: CaseIterable {
        case append, merge, delete, overwrite, optimize, zOrder, checkpoint, evolve, batch
    }

    let seed: UInt64
    var dice: Dice
    let place: TemporaryTable
    private let partitionedBy: [String]
    /// Texts of `p`, `seen`, `v` and `w` by `id`.
    private(set) var rows: [Int64: [String?]] = [:]
    /// The rows of each version.
    private(set) var versions: [Int64: [Int64: [String?]]] = [:]
    private(set) var hasNewColumn = false
    /// Versions whose commit changed no rows.
    private(set) var quiet: Set<Int64> = []
    private var nextID: Int64 = 0
    private var batches: Int64 = 0

    private static let texts = [
        "", "é", "e\u{301}", "Z", "z", "'", "\"quoted\"", "日本語", "👩‍👩‍👧‍👦", "\u{10FFFF}", "a/b%=c", "null",
        String(repeating: "ü", count: 31) + "\u{10FFFF}x", String(repeating: "long ", count: 20),
    ]

    /// Says the seed, so that a failure can be had again with `MARTLET_TEST_SEED`.
    init(_ place: TemporaryTable, _ test: String) async throws {
        seed = Self.seed(test)
        dice = Dice(seed: seed)
        self.place = place
        partitionedBy = dice.isLucky(40) ? ["p"] : []
        try await place.table.create(
            schema: TableSchema([
                .init("id", .long), .init("p", .string), .init("seen", .timestamp), .init("v", .string),
            ]
            ),
            partitionColumns: partitionedBy)
        versions[0] = [:]
    }

    static func seed(_ test: String) -> UInt64 {
        let seed =
            ProcessInfo.processInfo.environment["MARTLET_TEST_SEED"].flatMap { UInt64($0) }
            ?? .random(in: .min ... .max)
        print("\(test): MARTLET_TEST_SEED=\(seed)")
        return seed
    }

    /// Does one thing, chosen at random unless it is given, and notes the version that it made.
    mutating func go(_ given: Step? = nil) async throws -> Step {
        let step = given ?? dice.pick(Step.allCases + [.append, .append, .merge, .merge, .delete])
        let table = place.table
        var version: Int64?
        switch step {
        case .append: version = try await table.append(selecting: select(fresh(1 + dice.below(8)))).version
        case .batch:
            batches += 1
            let transaction = AppTransaction(appID: "random", version: batches)
            version = try await table.append(selecting: select(fresh(2)), transaction: transaction).version
        case .merge:
            let chosen = fresh(dice.below(4)) + rows.keys.sorted().filter { _ in dice.isLucky(20) }
            guard !chosen.isEmpty else { break }
            version = try await table.merge(selecting: select(chosen), on: ["id"]).version
        case .delete:
            let (predicate, goes) = condition()
            let gone = rows.filter { goes($0.key, $0.value) }.map(\.key)
            for id in gone { rows[id] = nil }
            let result = try await table.delete(where: predicate)
            guard result.deletedRows == Int64(gone.count) else { throw Difference("\(predicate): \(result), \(gone)") }
            if !gone.isEmpty { version = result.version }
        case .overwrite:
            guard dice.isLucky(25) else { break }
            rows = [:]
            version = try await table.overwrite(selecting: select(fresh(dice.below(6)))).version
        case .optimize:
            version = try await table.optimize()?.version
            version.map { _ = quiet.insert($0) }
        case .zOrder:
            version = try await table.optimize(zOrderedBy: ["id", "seen"])?.version
            version.map { _ = quiet.insert($0) }
        case .checkpoint: try await table.checkpoint()
        case .evolve:
            guard !hasNewColumn else { break }
            var schema = try await table.snapshot().schema
            schema.fields.append(.init("w", .long))
            let evolved = try await table.evolve(to: schema)
            hasNewColumn = true
            version = evolved
            quiet.insert(evolved)
        }
        if let version { versions[version] = rows }
        return step
    }

    /// What somebody else did to the table.
    mutating func note(_ version: Int64, _ rows: [Int64: [String?]]) {
        self.rows = rows
        versions[version] = rows
    }

    mutating func forget(before version: Int64) { versions = versions.filter { $0.key >= version } }

    struct Difference: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    private mutating func fresh(_ count: Int) -> [Int64] {
        nextID += Int64(count)
        return Array(nextID - Int64(count)..<nextID)
    }

    /// New values for these ids, as a `SELECT`.
    private mutating func select(_ ids: [Int64]) -> String {
        let list = ids.map { id -> String in
            let values = newValues()
            rows[id] = values
            let texts = values.map { $0.map(quotedLiteral) ?? "NULL" }
            return "(CAST(\(id) AS BIGINT), CAST(\(texts[0]) AS VARCHAR), CAST(\(texts[1]) AS TIMESTAMPTZ), "
                + "CAST(\(texts[2]) AS VARCHAR)\(hasNewColumn ? ", CAST(\(texts[3]) AS BIGINT)" : ""))"
        }
        let names = "id, p, seen, v\(hasNewColumn ? ", w" : "")"
        guard !list.isEmpty else {
            return "SELECT CAST(1 AS BIGINT) AS id, '' AS p, now() AS seen, '' AS v WHERE false"
        }
        return "SELECT * FROM (VALUES \(list.joined(separator: ", "))) t(\(names))"
    }

    private mutating func newValues() -> [String?] {
        let day = 1 + dice.below(28)
        let micros = String(String(1_000_000 + dice.below(1_000_000)).dropFirst())
        let times = ["2024-02-\(day < 10 ? "0" : "")\(day) 10:00:00.\(micros)+00", "1969-12-31 23:59:59.999999+00"]
        return [
            dice.isLucky(20) ? nil : dice.pick(["x", "y", "ü/ b", "~ !$&()+,;@<|>`}'"]),
            dice.isLucky(10) ? nil : dice.pick(times),
            dice.isLucky(10) ? nil : dice.pick(Self.texts), hasNewColumn && dice.isLucky(70) ? "\(dice.below(9))" : nil,
        ]
    }

    /// A condition, as SQL and as a rule.
    private mutating func condition() -> (String, (Int64, [String?]) -> Bool) {
        let id = Int64(dice.below(Int(nextID) + 1))
        let text = dice.pick(Self.texts)
        switch dice.below(8) {
        case 0: return ("id = \(id)", { one, _ in one == id })
        case 1: return ("id BETWEEN \(id) AND \(id + 3) -- some", { one, _ in one >= id && one <= id + 3 })
        case 2: return ("p = 'x' AND \(id) > ID", { one, values in values[0] == "x" && one < id })
        case 3: return ("v = \(quotedLiteral(text))", { _, values in Self.isSame(values[2], text) })
        case 4: return ("p IS NULL AND id % 2 = 0", { one, values in values[0] == nil && one % 2 == 0 })
        case 5:
            let day = "2024-02-1\(dice.below(10)) 10:00:00.5+00"
            return (
                "seen >= TIMESTAMPTZ '\(day)' AND id < \(id)",
                { one, values in (values[1] ?? "") >= day.replacing("+00", with: "") && one < id }
            )
        case 6:
            return ("seen < TIMESTAMPTZ '1970-01-01'", { _, values in values[1]?.hasPrefix("1969") == true })
        default: return ("v = 'nothing of the kind'", { _, _ in false })
        }
    }

    /// By scalars: to the engine a letter and its accent are two.
    private static func isSame(_ one: String?, _ other: String) -> Bool {
        one.map { Array($0.unicodeScalars) == Array(other.unicodeScalars) } ?? false
    }
}

extension RandomHistory {
    /// A version's rows as the engine spells them, sorted; those noted for it.
    func wanted(at version: Int64) -> [String] { Self.lines(versions[version] ?? [:]) }

    func found(at version: Int64) async throws -> [String] {
        try await Self.lines(place.table.snapshot(at: .version(version)))
    }

    /// Every row as one text: the id, then the other values, hexadecimal where they are texts.
    static func lines(_ snapshot: DeltaSnapshot) async throws -> [String] {
        let w = snapshot.schema["w"] == nil ? "NULL" : "CAST(w AS VARCHAR)"
        let sql = """
            SELECT CAST(id AS VARCHAR) || '|' || coalesce(hex(encode(p)), '-') || '|'
            || coalesce(CAST(epoch_us(seen) AS VARCHAR), '-') || '|' || coalesce(hex(encode(v)), '-') || '|'
            || coalesce(\(w), '-') FROM {}
            """
        return try await TemporaryTable.rows(sql, snapshot).compactMap { $0[0] }.sorted()
    }

    private static func lines(_ rows: [Int64: [String?]]) -> [String] {
        rows.map { id, values in
            let texts = [
                values[0].map(hex) ?? "-", values[1].flatMap(microseconds) ?? "-", values[2].map(hex) ?? "-",
                values[3] ?? "-",
            ]
            return "\(id)|\(texts.joined(separator: "|"))"
        }.sorted()
    }

    static func hex(_ text: String) -> String {
        text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }

    /// Of `2024-02-03 10:00:00.123456+00`.
    static func microseconds(_ text: String) -> String? {
        if text.hasPrefix("1969") { return "-1" }
        guard let day = Int64(text.dropFirst(8).prefix(2)), let micros = Int64(text.dropFirst(20).prefix(6)) else {
            return nil
        }
        // 2024-02-01T10:00:00Z is 1,706,781,600 s after 1970.
        return String((1_706_781_600 + (day - 1) * 86_400) * 1_000_000 + micros)
    }
}
