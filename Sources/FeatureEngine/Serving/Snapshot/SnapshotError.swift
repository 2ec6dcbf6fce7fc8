package import MartletDomain

/// Why a snapshot of an online state was not taken up. The state is empty then: rebuild it from the tables.
package enum SnapshotError: MartletError, Equatable {
    /// Bytes that are no snapshot, or were changed.
    case damaged(String)
    /// Of a newer version than this program knows.
    case unknownVersion(UInt32)
    /// Of other features, or of the same that are declared otherwise.
    case otherPlan

    package var code: ErrorCode { .invalidState }

    package var message: String {
        switch self {
        case .damaged(let reason):
            "The snapshot of the online features is damaged: \(reason). The state is rebuilt from the tables."
        case .unknownVersion(let version):
            "The snapshot of the online features has version \(version), which this program does not know. The state is "
                + "rebuilt from the tables."
        case .otherPlan:
            "The snapshot is of other feature definitions. The state is rebuilt from the tables."
        }
    }
}
