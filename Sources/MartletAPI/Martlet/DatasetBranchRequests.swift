public import MartletDomain

/// Creates a branch of a table. In all requests a branch is named as `schema.table:branch`.
public struct CreateBranch: MartletRequest {
    public typealias Response = DatasetBranch
    public static let path = "datasets/branches/create"

    public var branch: TableName
    /// Main's version that it begins with; nil for the newest.
    public var version: Int64?

    public init(branch: TableName, version: Int64? = nil) { (self.branch, self.version) = (branch, version) }
}

/// A table's branches but `main`.
public struct ListBranches: MartletRequest {
    public struct Response: Codable, Sendable {
        public var branches: [DatasetBranch]
        public init(branches: [DatasetBranch]) { self.branches = branches }
    }
    public static let path = "datasets/branches/list"

    public var table: TableName

    public init(table: TableName) { self.table = table }
}

/// Makes main what the branch is now, or says why not.
public struct FastForwardBranch: MartletRequest {
    public typealias Response = DatasetVersion
    public static let path = "datasets/branches/fast-forward"

    public var branch: TableName

    public init(branch: TableName) { self.branch = branch }
}

/// Deletes a branch with its versions.
public struct DeleteBranch: MartletRequest {
    public struct Response: Codable, Sendable { public init() {} }
    public static let path = "datasets/branches/delete"

    public var branch: TableName

    public init(branch: TableName) { self.branch = branch }
}
