package import QueryEngine

/// The values of one column between two bounds, both of them in; nil is no bound.
///
/// Files are passed by for columns of integers, texts (byte by byte), dates and instants; bounds of any other column,
/// or of a value that is not of the column's type, pass by none.
package struct ColumnBounds: Sendable, Equatable {
    package var column: String
    package var lower: QueryValue?
    package var upper: QueryValue?

    package init(_ column: String, from lower: QueryValue?, through upper: QueryValue?) {
        (self.column, self.lower, self.upper) = (column, lower, upper)
    }

    package init(_ column: String, equals value: QueryValue) { self.init(column, from: value, through: value) }
}
