package import Foundation
package import MartletDomain

/// A place out of reach of whoever keeps the workspace, where checkpoints are carried to.
package enum CheckpointTarget: Sendable, Equatable {
    /// A folder, such as one that is mounted from another machine.
    case folder(URL)
    /// A branch of a git repository.
    case git(url: String, branch: String)
    /// An object of an S3-compatible store.
    case objectStore(bucket: String, prefix: String)

    /// The file's name at each target.
    static let fileName = "checkpoint"

    /// Reads `s3://bucket/prefix`, `git+URL` or `git+URL#branch` (else the branch `main`), or a folder's path.
    package init(_ text: String) throws(InvalidRequest) {
        if text.hasPrefix("s3://") {
            let parts = text.dropFirst(5).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            let bucket = String(parts.first ?? "")
            let isPlain = bucket.utf8.allSatisfy { byte in
                switch byte {
                case 0x2D, 0x2E, 0x30...0x39, 0x61...0x7A: true
                default: false
                }
            }
            guard (3...63).contains(bucket.utf8.count), isPlain else {
                throw InvalidRequest("\(text) names no bucket; write s3://bucket/prefix.")
            }
            let prefix = parts.count > 1 ? parts[1].split(separator: "/").joined(separator: "/") : ""
            self = .objectStore(bucket: bucket, prefix: prefix)
        } else if text.hasPrefix("git+") {
            let parts = text.dropFirst(4).split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let (url, branch) = (String(parts.first ?? ""), parts.count > 1 ? String(parts[1]) : "main")
            let isPlain =
                !branch.isEmpty
                && branch.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x2D, 0x2E, 0x2F, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
                    default: false
                    }
                }
            guard !url.isEmpty, !url.hasPrefix("-"), isPlain, !branch.hasPrefix("-") else {
                throw InvalidRequest("\(text) names no git repository; write git+URL or git+URL#branch.")
            }
            self = .git(url: url, branch: branch)
        } else {
            guard !text.isEmpty, !text.contains("://") else {
                throw InvalidRequest(
                    "\(text) is no target; write a folder's path, git+URL#branch or s3://bucket/prefix.")
            }
            self = .folder(URL(fileURLWithPath: text))
        }
    }

    /// How it is named to people: without the password that a URL may hold.
    package var name: String {
        switch self {
        case .folder(let url): url.path
        case .objectStore(let bucket, let prefix): "s3://\(bucket)/\(prefix)"
        case .git(let url, let branch):
            if let scheme = url.firstRange(of: "://"), let at = url[scheme.upperBound...].firstIndex(of: "@"),
                !url[scheme.upperBound..<at].contains("/")
            {
                "git+\(url[..<scheme.upperBound])\(url[url.index(after: at)...])#\(branch)"
            } else {
                "git+\(url)#\(branch)"
            }
        }
    }
}
