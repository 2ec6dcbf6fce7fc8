/// What a verification of a log found.
package struct AuditVerification: Sendable, Equatable, Codable {
    package struct Problem: Sendable, Equatable, Codable, CustomStringConvertible {
        package enum Kind: String, Sendable, Codable, CaseIterable {
            /// The signed checkpoint is missing, malformed, or not signed by the log's key.
            case checkpoint
            /// An entry does not hash to its stored leaf hash: one of the two was changed.
            case changed
            /// Positions that must be there are not.
            case missing
            /// A position came again, or behind a later one.
            case outOfOrder
            /// Entries behind those that the checkpoint covers.
            case unsigned
            /// A stored hash of an inner node does not fit the entries under it.
            case tile
            /// The root over the entries is not the signed one.
            case root
            /// A file that should not be there, or can't be read.
            case file
        }

        package var kind: Kind
        /// The first position concerned, from 0; nil if it is about the log as a whole.
        package var position: Int?
        /// The last position concerned, if there are several.
        package var lastPosition: Int?
        package var what: String

        package init(_ kind: Kind, at positions: ClosedRange<Int>? = nil, _ what: String) {
            (self.kind, self.what) = (kind, what)
            position = positions?.lowerBound
            if let positions, positions.lowerBound < positions.upperBound { lastPosition = positions.upperBound }
        }

        package var description: String {
            switch (position, lastPosition) {
            case (nil, _): what
            case (let first?, nil): "position \(first): \(what)"
            case (let first?, let last?): "positions \(first) to \(last): \(what)"
            }
        }

        func concerns(any range: ClosedRange<Int>) -> Bool {
            guard let position else { return false }
            return position <= range.upperBound && (lastPosition ?? position) >= range.lowerBound
        }
    }

    /// No more problems than this are listed.
    package static let problemLimit = 100

    /// How many entries were read.
    package var size: Int
    /// The root recomputed over the entries that the checkpoint covers.
    package var root: MerkleHash
    /// The size that the log's key signed; nil if there is no valid checkpoint.
    package var signedSize: Int?
    /// By position, those about the whole log last; at most ``problemLimit``.
    package var problems: [Problem]
    /// How many were found beyond those listed.
    package var problemsOmitted: Int

    package var isIntact: Bool { problems.isEmpty }
}

extension MerkleHash: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let hash = MerkleHash(hex: text) else { throw AuditLogError.malformedTile("a hash is 64 hex digits") }
        self = hash
    }

    /// 64 hexadecimal digits.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}

/// Collects problems up to the limit, and counts the rest.
struct ProblemList {
    private(set) var problems: [AuditVerification.Problem] = []
    private(set) var omitted = 0

    var isFull: Bool { problems.count >= AuditVerification.problemLimit }

    mutating func add(_ kind: AuditVerification.Problem.Kind, at positions: ClosedRange<Int>? = nil, _ what: String) {
        if isFull { omitted += 1 } else { problems.append(.init(kind, at: positions, what)) }
    }

    /// Whether something is known about a position in `range`, so that what follows from it need not be told.
    func concerns(_ range: ClosedRange<Int>) -> Bool {
        problems.contains { $0.concerns(any: range) }
    }

    /// By first position; those about the whole log keep their order behind.
    var sorted: [AuditVerification.Problem] {
        problems.enumerated().sorted { left, right in
            (left.element.position ?? .max, left.offset) < (right.element.position ?? .max, right.offset)
        }.map(\.element)
    }
}
