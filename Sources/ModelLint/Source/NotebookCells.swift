/// The cells of a Jupyter notebook that hold code, with where each of their lines stands in the file.
///
/// Reads nbformat 3 and 4. Written for places, which `JSONDecoder` does not tell.
struct NotebookCells {
    struct Cell {
        /// From 1, counting every cell.
        var number: Int
        var language: String?
        /// The text, as UTF-8.
        var source: [UInt8] = []
        /// For each line of ``source``, the line of the file (from 0) where it begins.
        var lines: [Int] = []
    }

    struct Malformed: Error {
        var reason: String
    }

    private(set) var cells: [Cell] = []
    /// Of the whole notebook, in lower case; nil if it does not say.
    private(set) var language: String?

    private let bytes: [UInt8]
    private var reader: SourceReader
    private var line = 0

    /// - Throws: ``Malformed``.
    init(_ bytes: [UInt8]) throws(Malformed) {
        self.bytes = bytes
        reader = SourceReader(bytes)
        var sawCells = false
        try object(depth: 0) { notebook, key throws(Malformed) in
            switch key {
            case "cells":
                sawCells = true
                try notebook.readCells(depth: 1)
            case "worksheets":
                sawCells = true
                try notebook.array(depth: 1) { notebook throws(Malformed) in
                    try notebook.object(depth: 2) { notebook, key throws(Malformed) in
                        if key == "cells" { try notebook.readCells(depth: 3) } else { try notebook.skipValue(depth: 3) }
                    }
                }
            case "metadata": try notebook.readMetadata(depth: 1)
            default: try notebook.skipValue(depth: 1)
            }
        }
        guard sawCells else { throw Malformed(reason: "it has no cells, so it is not a notebook") }
    }

    private mutating func readMetadata(depth: Int) throws(Malformed) {
        try object(depth: depth) { notebook, key throws(Malformed) in
            guard let name = ["kernelspec": "language", "language_info": "name"][key] else {
                return try notebook.skipValue(depth: depth + 1)
            }
            try notebook.object(depth: depth + 1) { notebook, key throws(Malformed) in
                guard key == name else { return try notebook.skipValue(depth: depth + 2) }
                let word = try notebook.stringIfThere(depth: depth + 2)
                notebook.language = notebook.language ?? word?.lowercased()
            }
        }
    }

    private mutating func readCells(depth: Int) throws(Malformed) {
        try array(depth: depth) { notebook throws(Malformed) in
            var cell = Cell(number: notebook.cells.count + 1 + notebook.passed)
            var isCode = false
            try notebook.object(depth: depth + 1) { notebook, key throws(Malformed) in
                switch key {
                case "cell_type": isCode = try notebook.stringIfThere(depth: depth + 2) == "code"
                case "language": cell.language = try notebook.stringIfThere(depth: depth + 2)?.lowercased()
                case "source", "input": try notebook.readSource(into: &cell, depth: depth + 2)
                default: try notebook.skipValue(depth: depth + 2)
                }
            }
            if isCode { notebook.cells.append(cell) } else { notebook.passed += 1 }
        }
    }

    /// Cells that hold no code.
    private var passed = 0

    /// One text, or one for each line.
    private mutating func readSource(into cell: inout Cell, depth: Int) throws(Malformed) {
        skipSpace()
        guard reader.next == UInt8(ascii: "[") else { return try readLines(into: &cell, depth: depth) }
        try array(depth: depth) { notebook throws(Malformed) in try notebook.readLines(into: &cell, depth: depth + 1) }
    }

    private mutating func readLines(into cell: inout Cell, depth: Int) throws(Malformed) {
        skipSpace()
        guard reader.next == UInt8(ascii: "\"") else { return try skipValue(depth: depth) }
        let place = line
        let text = try string()
        guard !text.isEmpty else { return }
        if cell.source.isEmpty || cell.source.last == .newline { cell.lines.append(place) }
        for (index, byte) in text.enumerated() {
            cell.source.append(byte)
            if byte == .newline, index + 1 < text.count { cell.lines.append(place) }
        }
    }

    // MARK: JSON

    private mutating func skipSpace() {
        while let byte = reader.next, byte.isSpace || byte == .newline {
            reader.place += 1
            if byte == .newline { line += 1 }
        }
    }

    private mutating func expect(_ character: Character) throws(Malformed) {
        skipSpace()
        guard reader.take(character) else {
            throw Malformed(reason: "it is no JSON: '\(character)' is missing in line \(line + 1)")
        }
    }

    private mutating func object(
        depth: Int, _ body: (inout NotebookCells, String) throws(Malformed) -> Void
    ) throws(Malformed) {
        guard depth < 200 else { throw Malformed(reason: "it is too deep") }
        try expect("{")
        skipSpace()
        if reader.take("}") { return }
        repeat {
            skipSpace()
            let key = String(decoding: try string(), as: UTF8.self)
            try expect(":")
            try body(&self, key)
            skipSpace()
        } while reader.take(",")
        try expect("}")
    }

    private mutating func array(
        depth: Int, _ body: (inout NotebookCells) throws(Malformed) -> Void
    ) throws(Malformed) {
        guard depth < 200 else { throw Malformed(reason: "it is too deep") }
        try expect("[")
        skipSpace()
        if reader.take("]") { return }
        repeat {
            try body(&self)
            skipSpace()
        } while reader.take(",")
        try expect("]")
    }

    private mutating func stringIfThere(depth: Int) throws(Malformed) -> String? {
        skipSpace()
        guard reader.next == UInt8(ascii: "\"") else {
            try skipValue(depth: depth)
            return nil
        }
        return String(decoding: try string(), as: UTF8.self)
    }

    private mutating func skipValue(depth: Int) throws(Malformed) {
        skipSpace()
        switch reader.next {
        case UInt8(ascii: "{"):
            try object(depth: depth) { it, _ throws(Malformed) in try it.skipValue(depth: depth + 1) }
        case UInt8(ascii: "["): try array(depth: depth) { it throws(Malformed) in try it.skipValue(depth: depth + 1) }
        case UInt8(ascii: "\""): _ = try string()
        default:
            guard reader.skip(while: { $0.isWord || "+-.".utf8.contains($0) }) > 0 else {
                throw Malformed(reason: "it is no JSON: a value is missing in line \(line + 1)")
            }
        }
    }

    /// A string's bytes, with what was escaped as itself.
    private mutating func string() throws(Malformed) -> [UInt8] {
        guard reader.take("\"") else { throw Malformed(reason: "it is no JSON: a text is missing in line \(line + 1)") }
        var text: [UInt8] = []
        while let byte = reader.next {
            reader.place += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"): text += try escaped()
            case .newline: throw Malformed(reason: "it is no JSON: a text does not end in line \(line + 1)")
            default: text.append(byte)
            }
        }
        throw Malformed(reason: "it is no JSON: a text does not end")
    }

    private mutating func escaped() throws(Malformed) -> [UInt8] {
        guard let byte = reader.next else { throw Malformed(reason: "it is no JSON: a text does not end") }
        reader.place += 1
        switch byte {
        case UInt8(ascii: "n"): return [.newline]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "b"), UInt8(ascii: "f"): return [.space]
        case UInt8(ascii: "u"):
            let first = try codeUnit()
            var units = [first]
            if (0xD800..<0xDC00).contains(first), reader.take("\\") {
                guard reader.take("u") else {
                    throw Malformed(reason: "it is no JSON: half a character in line \(line + 1)")
                }
                units.append(try codeUnit())
            }
            return Array(String(decoding: units, as: UTF16.self).utf8)
        default: return [byte]
        }
    }

    private mutating func codeUnit() throws(Malformed) -> UInt16 {
        let start = reader.place
        guard bytes.count - start >= 4, let unit = UInt16(reader.text(start..<start + 4), radix: 16) else {
            throw Malformed(reason: "it is no JSON: a character's number is missing in line \(line + 1)")
        }
        reader.place += 4
        return unit
    }
}
