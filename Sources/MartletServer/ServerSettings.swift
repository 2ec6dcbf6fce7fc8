/// What an operator chooses for a server, by flags or by the environment that MLflow's server reads.
package struct ServerSettings: Sendable, Hashable {
    /// Names that requests may ask for, with `*` as a wildcard; nil for this machine's and private networks' addresses, as
    /// MLflow has it.
    package var allowedHosts: [String]?
    /// Pages of other sites that may ask, as `https://host:port`, with `*` as a wildcard.
    package var allowedOrigins: [String] = []
    /// `SAMEORIGIN`, `DENY`, or `NONE` for no such header.
    package var frameOptions = "SAMEORIGIN"
    /// Neither names nor pages are looked at.
    package var isSecurityDisabled = false
    /// Whether clients are told to send large files in parts without being asked to.
    package var announcesMultipartUploads = false
    /// Whether clients are told to fetch files in several ranges at once without being asked to.
    package var announcesMultipartDownloads = false
    /// The address that the server is bound to; its name is its own.
    package var host = "localhost"
    /// ``host`` as URLs and `Host` headers have it: an IPv6 address in brackets.
    package var urlHost: String { host.contains(":") ? "[\(host)]" : host }

    /// Whether a workspace without users may be served to other machines.
    package var allowsOpenWorkspace = false
    /// The certificate and key that the server shows; nil for plain HTTP.
    package var tls: TLSFiles?

    package init() {}

    /// What the environment says, by the names that MLflow's server has.
    package init(environment: [String: String]) {
        allowedHosts = Self.list(environment["MLFLOW_SERVER_ALLOWED_HOSTS"])
        allowedOrigins = Self.list(environment["MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"]) ?? []
        frameOptions = environment["MLFLOW_SERVER_X_FRAME_OPTIONS"] ?? frameOptions
        isSecurityDisabled = environment["MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE"] == "true"
        announcesMultipartUploads = Self.isOn(environment["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"])
        announcesMultipartDownloads = Self.isOn(environment["MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD"])
    }

    /// Names with commas between them; nil for none.
    package static func list(_ text: String?) -> [String]? {
        guard let text, !text.isEmpty else { return nil }
        return text.split(separator: ",").map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
    }

    private static func isOn(_ text: String?) -> Bool { ["true", "1"].contains(text?.lowercased()) }
}
