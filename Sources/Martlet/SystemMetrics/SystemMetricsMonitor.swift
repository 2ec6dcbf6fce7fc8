/// Looks at the machine at intervals and logs what it sees to a run.
struct SystemMetricsMonitor: Sendable {
    let options: SystemMetricsOptions
    let logger: RunLogger

    /// Goes on until the task is cancelled, or the run takes no more. A measurement that is not full by then is left
    /// out, so that each stands for the same time.
    func run(from firstStep: Int) async {
        let first = SystemSample.now()
        var (previous, step) = (first, firstStep)
        var looks: [[String: Double]] = []
        while (try? await Task.sleep(for: options.interval)) != nil {
            let sample = SystemSample.now()
            looks.append(sample.values(since: previous, first: first))
            previous = sample
            guard looks.count >= options.samplesBeforeLogging else { continue }
            // What cannot be written is reported where the run ends.
            guard (try? await logger.log(metrics: named(SystemSample.summary(of: looks)), step: step)) != nil else {
                return
            }
            looks = []
            step += 1
        }
    }

    /// With the prefix that MLflow's pages group them by.
    private func named(_ values: [String: Double]) -> [String: Double] {
        let node = options.node.map { node in
            String(
                String.UnicodeScalarView(
                    node.unicodeScalars.map {
                        $0.properties.isAlphabetic || $0.properties.numericType != nil
                            || "_-. :".unicodeScalars.contains($0)
                            ? $0 : "_"
                    }))
        }
        let prefix = SystemMetric.prefix + (node.map { $0 + "/" } ?? "")
        return Dictionary(uniqueKeysWithValues: values.map { (prefix + $0.key, $0.value) })
    }
}
