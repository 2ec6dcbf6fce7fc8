/// Measurements of one metric of one run, thinned when they are more than a picture can show.
package struct PlotSeries: Sendable, Equatable {
    package struct Point: Sendable, Equatable {
        package var x: Double
        package var y: Double

        package init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
    }

    package let name: String
    /// How many finite measurements were added, and how many that no picture shows: NaN and the infinities.
    package private(set) var count = 0
    package private(set) var leftOut = 0
    private var kept: [Point] = []
    private let capacity: Int

    /// - Parameter capacity: Points that are kept before they are thinned; 16 at least.
    package init(_ name: String, capacity: Int = 1 << 16) { (self.name, self.capacity) = (name, max(16, capacity)) }

    package init(_ name: String, _ points: [Point]) {
        self.init(name)
        for point in points { add(point) }
    }

    /// MLflow's servers answer infinities as the greatest finite numbers, so these count as infinite, too.
    package mutating func add(_ point: Point) {
        guard point.x.isFinite, point.y.isFinite, abs(point.y) < .greatestFiniteMagnitude else {
            leftOut += 1
            return
        }
        count += 1
        kept.append(point)
        if kept.count >= capacity { kept = Self.thinned(points) }
    }

    /// From left to right; points of the same x as they were added.
    package var points: [Point] {
        kept.enumerated().sorted { ($0.element.x, $0.offset) < ($1.element.x, $1.offset) }.map(\.element)
    }

    /// The same with every x times `factor`.
    package func scaled(by factor: Double) -> PlotSeries {
        var copy = self
        copy.kept = kept.map { Point($0.x * factor, $0.y) }
        return copy
    }

    /// Of each four points the least and the greatest, in their order, and the first and last of all: about half is left,
    /// and no peak is lost.
    private static func thinned(_ points: [Point]) -> [Point] {
        var left: [Point] = []
        for start in stride(from: 0, to: points.count, by: 4) {
            let group = points[start..<min(start + 4, points.count)]
            guard let least = group.indices.min(by: { group[$0].y < group[$1].y }),
                let greatest = group.indices.max(by: { group[$0].y < group[$1].y })
            else { continue }
            var places = Set([least, greatest])
            if start == 0 { places.insert(0) }
            if group.endIndex == points.endIndex { places.insert(points.endIndex - 1) }
            left += places.sorted().map { group[$0] }
        }
        return left
    }
}
