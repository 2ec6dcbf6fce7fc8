import Foundation

/// Whether a process, with all that it started, keeps its size.
struct MemoryWatch {
    /// Resident memory in MiB, one a second.
    let samples: [Double]

    /// How much the last quarter may be above the second quarter: a tenth, and what caches take.
    private static let allowance = 24.0

    static func samples(of process: Int32, until end: ContinuousClock.Instant) -> [Double] {
        var samples: [Double] = []
        while ContinuousClock.now < end {
            samples.append(resident(process))
            Thread.sleep(forTimeInterval: 1)
        }
        return samples
    }

    private static func resident(_ process: Int32) -> Double {
        let folder = "/proc/\(process)"
        let status = (try? String(contentsOfFile: folder + "/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        let own = Double(line.filter(\.isNumber)) ?? 0
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/task")) ?? []
        let children = threads.flatMap { thread in
            ((try? String(contentsOfFile: "\(folder)/task/\(thread)/children", encoding: .utf8)) ?? "")
                .split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        }
        return own / 1024 + children.reduce(0) { $0 + resident($1) }
    }

    private func mean(_ quarter: Int) -> Double {
        let part = samples[(samples.count * quarter / 4)..<(samples.count * (quarter + 1) / 4)]
        return part.isEmpty ? 0 : part.reduce(0, +) / Double(part.count)
    }

    var isFlat: Bool { samples.count >= 8 && mean(3) > 0 && mean(3) <= mean(1) * 1.1 + Self.allowance }

    /// MiB an hour, of the line through the second half with the least squares.
    private var slope: Double {
        let half = samples[(samples.count / 2)...]
        let (center, mean) = (Double(half.count - 1) / 2, half.reduce(0, +) / Double(max(half.count, 1)))
        var (products, squares) = (0.0, 0.0)
        for (index, sample) in half.enumerated() {
            products += (Double(index) - center) * (sample - mean)
            squares += (Double(index) - center) * (Double(index) - center)
        }
        return squares > 0 ? products / squares * 3600 : 0
    }

    var described: String {
        let quarters = (0..<4).map { String(format: "%.0f", mean($0)) }.joined(separator: ", ")
        return "memory: \(quarters) MiB in the four quarters, at most \(String(format: "%.0f", samples.max() ?? 0)); "
            + "in the second half \(String(format: "%+.0f", slope)) MiB an hour"
    }
}
