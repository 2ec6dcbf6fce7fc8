import Hummingbird
import NIOCore
import Platform

/// What anybody may ask without saying who they are.
func addServerRoutes(to group: Routes) {
    group.open(.get, "health", because: "load balancers ask it") { _, _ in plain("OK") }
    group.open(.get, "version", because: "clients ask it before they log in") { _, _ in plain(Platform.version) }
}

func plain(_ text: String) -> Response {
    let body = ByteBuffer(string: text)
    return Response(
        status: .ok, headers: [.contentType: "text/plain; charset=utf-8", .contentLength: "\(body.readableBytes)"],
        body: ResponseBody(byteBuffer: body))
}
