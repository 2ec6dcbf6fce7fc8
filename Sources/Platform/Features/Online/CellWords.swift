package import FeatureEngine
import Foundation
package import MartletDomain
import QueryEngine

extension CellValue {
    /// A JSON value as a cell of a column of that type; nil if it is none.
    init?(_ cell: JSONCell, as type: DataType) {
        switch (cell, type) {
        case (.null, _): self = .null
        case (.string(let text), .string): self = .string(text)
        case (.long(let value), .long): self = .long(value)
        default:
            // The rest comes seldom.
            let typed = TypedCells([cell], as: type)
            guard typed.misfits == nil else { return nil }
            self = Column("", typed.values).cellValue(at: 0)
        }
    }

    /// As it is compared and kept.
    package func featureCell(scale: Int) -> FeatureCell {
        switch self {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .long(let value): .long(value)
        case .double(let value): .double(value)
        case .string(let text): .text(text)
        case .decimal, .date, .timestamp, .binary: .text(text(scale: scale))
        }
    }

    /// As JSON has it: what JSON has no words for as text.
    package func jsonCell(scale: Int) -> JSONCell {
        switch self {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .long(let value): .long(value)
        case .double(let value): .double(value)
        case .string(let text): .string(text)
        case .decimal, .date, .timestamp, .binary: .string(text(scale: scale))
        }
    }

    /// The exact text of a decimal, a date, an instant or bytes (Base64).
    package func text(scale: Int) -> String {
        var bytes: [UInt8] = []
        switch self {
        case .decimal(let value): return Column.text(ofDecimal: value, scale: scale)
        case .date(let day): Instant.append(day: Int64(day), to: &bytes)
        case .timestamp(let time): Instant.append(time, to: &bytes)
        case .binary(let value): return Data(value).base64EncodedString()
        case .string(let text): return text
        case .boolean(let value): return value.description
        case .long(let value): return value.description
        case .double(let value): return value.description
        case .null: return ""
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension FeatureCell {
    /// As the log of answers keeps it: a text that is read back to the same bits; nil for null.
    var logged: String? { self == .null ? nil : description }

    /// What the log has, in the kind of the value that it is compared with.
    init(logged text: String?, like other: FeatureCell) {
        guard let text else {
            self = .null
            return
        }
        switch other {
        case .double: self = Double(text).map { .double($0) } ?? .text(text)
        case .long: self = Int64(text).map { .long($0) } ?? .text(text)
        case .boolean: self = text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : .text(text)
        case .text, .null: self = .text(text)
        }
    }
}
