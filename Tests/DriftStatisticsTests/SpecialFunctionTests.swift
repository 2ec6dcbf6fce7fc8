import Foundation
import Testing

import DriftStatistics

/// Values of SciPy's distribution functions.
@Suite struct SpecialFunctionTests {
    let rows: Rows

    struct Rows: Decodable {
        let kstwo_sf: [[Double]]
        let ks_2sample_exact__n1_n2_h_lcm_p: [[Double]]
        let chi2_sf__x_df: [[Double]]
        let t_two_sided__t_df: [[Double]]
        let norm_sf: [[Double]]
        let cvm_inf_cdf: [[Double]]
        let sturges_bins__n_lo_hi_bins: [[Double]]
    }

    init() throws {
        let file = GoldenCase.folder.appending(path: "unit_special.json")
        rows = try JSONDecoder().decode(Rows.self, from: Data(contentsOf: file))
    }

    private func near(_ value: Double, _ wanted: Double, _ tolerance: Double = 1e-9) -> Bool {
        abs(value - wanted) <= tolerance * max(1, abs(wanted))
    }

    @Test func `The one-sample Kolmogorov tail agrees to 1e-9`() {
        for row in rows.kstwo_sf {
            let value = kolmogorovUpperTail(n: Int(row[0]), x: row[1])
            #expect(near(value, row[2]), "n \(row[0]) x \(row[1]): \(value), wanted \(row[2])")
        }
    }

    @Test func `The exact two-sample Kolmogorov tail keeps 9 digits however small it is`() {
        for row in rows.ks_2sample_exact__n1_n2_h_lcm_p {
            // The band of a wide one has millions of cells; those are for an optimised build.
            if !isOptimised, row[0] * row[1] * row[2] / row[3] > 300_000 { continue }
            let value = exactKolmogorovSmirnov(Int(row[0]), Int(row[1]), distance: Int(row[2]))
            let isTiny = row[4] < 1e-290
            #expect(isTiny ? value < 1e-280 : abs(value - row[4]) <= 1e-9 * row[4], "\(row): \(value)")
        }
    }

    @Test func `The tails of the chi-square, Student and normal distributions agree to 1e-9`() {
        for row in rows.chi2_sf__x_df {
            #expect(near(chiSquareUpperTail(row[0], degreesOfFreedom: row[1]), row[2]), "\(row)")
        }
        for row in rows.t_two_sided__t_df {
            #expect(near(studentTwoSidedTail(row[0], degreesOfFreedom: row[1]), row[2]), "\(row)")
        }
        for row in rows.norm_sf { #expect(near(normalUpperTail(row[0]), row[1], 1e-12), "\(row)") }
    }

    @Test func `The Cramér-von Mises limit law agrees to 1e-9`() {
        for row in rows.cvm_inf_cdf { #expect(near(cramerVonMisesCDF(row[0]), row[1]), "\(row)") }
    }

    @Test func `Sturges' rule gives the golden number of bins also at powers of two`() throws {
        for row in rows.sturges_bins__n_lo_hi_bins {
            let bins = try #require(Bins.sturges(low: row[1], high: row[2], size: Int(row[0])))
            #expect(bins.count == Int(row[3]), "\(row)")
            #expect(bins.edges.last == row[2])
        }
    }

    @Test func `Log-gamma of n + 1 is the sum of logarithms`() {
        var sum = 0.0
        for n in 1...300 {
            sum += log(Double(n))
            #expect(near(logFactorial(n), sum, 1e-13))
        }
        #expect(near(logGamma(0.5), 0.5 * log(Double.pi), 1e-13))
    }

    @Test func `The Mann-Whitney tail counts orderings, as enumeration does`() {
        for (k, n) in [(1, 1), (1, 6), (2, 5), (3, 4), (4, 4)] {
            var counts: [Int: Int] = [:]
            for mask in 0..<(1 << (k + n)) where mask.nonzeroBitCount == k {
                // U: pairs in which the value of the first sample is the larger.
                var (others, u) = (0, 0)
                for bit in 0..<(k + n) {
                    if mask >> bit & 1 == 1 { u += others } else { others += 1 }
                }
                counts[u, default: 0] += 1
            }
            let all = Double(counts.values.reduce(0, +))
            for u in 0...(k * n) {
                let wanted = counts.filter { $0.key >= u }.values.reduce(0) { $0 + Double($1) } / all
                #expect(near(exactMannWhitneyUpperTail(k, n, u: u), wanted, 1e-12), "\(k) \(n) \(u)")
            }
        }
    }

    @Test func `The Mersenne Twister gives the published first outputs`() {
        var generator = MersenneTwister(seed: 5489)
        #expect(generator.next() == 3_499_211_612)
        #expect(generator.next() == 581_869_302)
        for _ in 0..<9997 { _ = generator.next() }
        #expect(generator.next() == 4_123_659_995)
    }
}
