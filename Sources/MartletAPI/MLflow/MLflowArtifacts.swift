/// MLflow's messages about files that arrive in parts, and links to files.
package enum MLflowArtifacts {
    package struct CreateMultipart: Decodable, Sendable {
        /// The file's name.
        package var path: String?
        package var num_parts: WireInteger?

        package struct Response: Encodable, Sendable {
            package var upload_id: String
            package var credentials: [Credential]

            package init(upload_id: String, credentials: [Credential]) {
                (self.upload_id, self.credentials) = (upload_id, credentials)
            }
        }
    }

    /// Where a part is sent.
    package struct Credential: Encodable, Sendable {
        package var url: String
        package var part_number: Int
        package var headers: [String: String]

        package init(url: String, part_number: Int, headers: [String: String]) {
            (self.url, self.part_number, self.headers) = (url, part_number, headers)
        }
    }

    /// To complete an upload, or, without parts, to abort it.
    package struct CompleteMultipart: Decodable, Sendable {
        package var path: String?
        package var upload_id: String?
        package var parts: [Part]?

        package struct Part: Decodable, Sendable {
            package var part_number: WireInteger?
            package var etag: String?
        }
    }

    package struct PresignedDownload: Encodable, Sendable {
        package var url: String
        package var headers: [String: String]
        package var file_size: Int64

        package init(url: String, headers: [String: String], file_size: Int64) {
            (self.url, self.headers, self.file_size) = (url, headers, file_size)
        }
    }

    package struct Presign: Decodable, Sendable {
        package var run_id: String?
        package var model_id: String?
        package var path: String?
        package var expiration: WireInteger?
    }
}
