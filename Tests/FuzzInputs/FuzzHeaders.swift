/// Header fields that a server may stumble over.
enum FuzzHeaders {
    static func some(_ dice: inout Dice) -> [(name: String, value: String)] {
        (0...dice.below(3)).map { _ in one(&dice) }
    }

    private static func one(_ dice: inout Dice) -> (name: String, value: String) {
        switch dice.below(12) {
        case 0:
            (
                "Content-Type",
                dice.pick([
                    "text/plain", "", "application/json; charset=utf-16", "multipart/form-data", "x/y/z", ";",
                    "application/x-protobuf",
                ])
            )
        case 1:
            (
                "Authorization",
                dice.pick([
                    "Bearer", "Bearer ", "Bearer x", "Basic", "Basic ====", "Basic Og==", "Basic YTpi", "Digest a=b",
                    "x", "Bearer \(String(repeating: "a", count: 9000))",
                ])
            )
        case 2:
            (
                "Range",
                dice.pick([
                    "bytes=0-", "bytes=-5", "bytes=5-1", "bytes=0-0", "bytes=99999999999999999999-",
                    "bytes=-99999999999999999999", "bytes=0-0,2-3", "bytes", "lines=1-2", "bytes=--1", "bytes=a-b",
                ])
            )
        case 3: ("Accept", dice.pick(["text/html", "*/*;q=x", "", "application/xml", "text/event-stream"]))
        case 4: ("Accept-Encoding", dice.pick(["gzip", "br;q=0", "identity;q=0, *;q=0", "gzip;q=2"]))
        case 5: ("Content-Encoding", dice.pick(["gzip", "br", "identity", "x"]))
        case 6: ("Cookie", dice.pick(["a=b", "session=", ";;;", String(repeating: "a=b; ", count: 500)]))
        case 7: ("If-None-Match", dice.pick(["*", "\"x\"", "W/\"x\"", "x", "\""]))
        case 8: ("X-Request-Id", dice.pick(["a", String(repeating: "a", count: 5000), "../x", "<b>"]))
        case 9:
            ("User-Agent", dice.pick(["", "mlflow-python-client/3.18.0", String(repeating: "u", count: 5000), "é"]))
        case 10: ("X-HTTP-Method-Override", dice.pick(["DELETE", "x"]))
        default: ("If-Modified-Since", dice.pick(["never", "Thu, 01 Jan 1970 00:00:00 GMT", "0"]))
        }
    }
}
