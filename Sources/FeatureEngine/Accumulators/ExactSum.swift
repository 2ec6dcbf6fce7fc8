/// The exact sum of any doubles, rounded once when it is asked for.
///
/// A superaccumulator: the sum as one wide integer in units of the smallest double, so that adding, taking away and
/// merging lose nothing and their order changes nothing (R. Neal, "Fast exact summation using small and large
/// superaccumulators", 2015). Infinities and NaN are counted apart.
package struct ExactSum: Sendable {
    package init() {}
}
