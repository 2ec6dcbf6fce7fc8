import Foundation

/// A measured value for people: six significant digits, without zeros at the end.
package func shortNumber(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    // MLflow's servers answer infinities as the greatest finite numbers.
    if abs(value) == .greatestFiniteMagnitude { return value < 0 ? "-Infinity" : "Infinity" }
    if let whole = Int64(exactly: value), whole.magnitude < 1_000_000_000 { return "\(whole)" }
    return String(format: "%.6g", value)
}

/// A value as programs read it back without loss: `NaN`, `Infinity` and `-Infinity` beside the shortest decimal.
package func exactNumber(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return "\(value)"
}

/// A size for people, in units of 1,000 bytes.
package func shortSize(_ bytes: Int64) -> String {
    guard bytes >= 1_000 else { return "\(bytes) B" }
    let units = ["kB", "MB", "GB", "TB"]
    var (value, unit) = (Double(bytes) / 1_000, 0)
    while value >= 999.95, unit < units.count - 1 {
        value /= 1_000
        unit += 1
    }
    return String(format: "%.1f %@", value, units[unit])
}

/// A span of time for people: `0.3 s`, `12.0 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. Empty for a negative one.
package func shortDuration(milliseconds: Int64) -> String {
    guard milliseconds >= 0 else { return "" }
    if milliseconds < 60_000 { return String(format: "%.1f s", Double(milliseconds) / 1_000) }
    let seconds = milliseconds / 1_000
    if seconds < 3_600 { return "\(seconds / 60) min \(seconds % 60) s" }
    if seconds < 86_400 { return "\(seconds / 3_600) h \(seconds / 60 % 60) min" }
    return "\(seconds / 86_400) d \(seconds / 3_600 % 24) h"
}
