/// The ROC curve as an SVG picture that needs nothing else; the same curve gives the same bytes.
public func rocPlot(_ curve: ROCCurve, title: String = "ROC curve") -> String {
    let auc = UnitSquarePlot.fixed(curve.auc)
    return UnitSquarePlot(
        title: title,
        description: "Share of positives found against share of negatives flagged, at every threshold. "
            + "The area under the curve is \(auc); 0.5 is chance, 1 is perfect.",
        xLabel: "False positive rate", yLabel: "True positive rate", diagonal: "chance", series: "model",
        points: curve.points.map { ($0.falsePositiveRate, $0.truePositiveRate) },
        note: "Area under the curve \(auc)"
    ).svg()
}
