public import Foundation

extension Client {
    /// One file of the server's audit log, as C2SP tlog-tiles has it: `checkpoint`, `tile/0/000.p/12`,
    /// `tile/entries/000`.
    ///
    /// - Throws: ``ClientError``, with the code `RESOURCE_DOES_NOT_EXIST` when there is no such file.
    public func auditLogFile(_ path: String) async throws -> Data {
        try await bytes(WireRequest(method: "GET", path: "/audit/" + path))
    }
}
