/// The calibration curve as an SVG picture that needs nothing else; the same curve gives the same bytes.
public func calibrationPlot(_ curve: CalibrationCurve, title: String = "Calibration") -> String {
    let error = UnitSquarePlot.fixed(curve.expectedError)
    return UnitSquarePlot(
        title: title,
        description: "Share of positives observed against the mean probability predicted, in bins of equal width. "
            + "On the diagonal, probabilities mean what they say. The mean distance from it is \(error).",
        xLabel: "Mean predicted probability", yLabel: "Fraction of positives", diagonal: "calibrated", series: "model",
        points: curve.bins.map { ($0.meanPredicted, $0.fractionPositive) },
        tooltips: curve.bins.map {
            "\(UnitSquarePlot.fixed($0.lower, 2)) to \(UnitSquarePlot.fixed($0.upper, 2)): "
                + "\(UnitSquarePlot.grouped($0.rowCount)) rows, predicted \(UnitSquarePlot.fixed($0.meanPredicted)), "
                + "observed \(UnitSquarePlot.fixed($0.fractionPositive))"
        },
        note: "\(UnitSquarePlot.grouped(curve.rowCount)) rows, mean distance \(error)"
    ).svg()
}
