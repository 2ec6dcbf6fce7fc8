import HTTPTypes
import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Where routes are made. Each says which verb it takes and how to find out what the request is about; there is no way
/// to make one that does not.
package struct Routes {
    private let router: RouterGroup<MartletContext>
    private let path: String
    private let gate: Gate
    private let book: RouteBook

    init(_ router: RouterGroup<MartletContext>, path: String = "", gate: Gate, book: RouteBook) {
        (self.router, self.path, self.gate, self.book) = (router, path, gate, book)
    }

    func group(_ path: String) -> Routes {
        path.isEmpty
            ? self
            : Routes(router.group(RouterPath(path)), path: self.path + "/" + path, gate: gate, book: book)
    }

    /// A route that anybody may ask, because of `reason`.
    func open(
        _ method: HTTPRequest.Method, _ path: String, because reason: String,
        _ answer: @escaping @Sendable (Request, MartletContext) async throws -> Response
    ) {
        add(method, path, .nothing(reason)) { request, context in try await answer(request, context) }
    }

    /// A route that reads its request itself.
    func on(
        _ method: HTTPRequest.Method, _ path: String, _ verb: Verb,
        of locator: Locator<(request: Request, context: MartletContext)>,
        _ answer: @escaping @Sendable (Request, MartletContext) async throws -> Response
    ) {
        add(method, path, .verb(verb, on: locator.kinds)) { [gate] request, context in
            let context = try await gate.entering(verb, context)
            try await gate.admit(verb, context) { try locator.find((request, context)) }
            return try await answer(request, context)
        }
    }

    /// Answers a JSON body with a JSON body.
    func answer<Body: Decodable & Sendable, Answer: Encodable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, _ type: Body.Type, limit: Int = BodyLimit.json, _ verb: Verb,
        of locator: Locator<Body>, _ answer: @escaping @Sendable (Body, MartletContext) async throws -> Answer
    ) {
        add(method, path, .verb(verb, on: locator.kinds)) { [gate] request, context in
            let context = try await gate.entering(verb, context)
            let body = try await request.decodeMLflow(Body.self, limit: limit)
            try await gate.admit(verb, context) { try locator.find(body) }
            return try jsonResponse(try await answer(body, context))
        }
    }

    /// As ``answer(_:_:_:limit:_:of:_:)``, where the path says what the request is about.
    func answer<Body: Decodable & Sendable, Answer: Encodable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, _ type: Body.Type, limit: Int = BodyLimit.json, _ verb: Verb,
        at locator: Locator<(request: Request, context: MartletContext)>,
        _ answer: @escaping @Sendable (Body, MartletContext) async throws -> Answer
    ) {
        on(method, path, verb, of: locator) { request, context in
            let body = try await request.decodeMLflow(Body.self, limit: limit)
            return try jsonResponse(try await answer(body, context))
        }
    }

    /// Answers a query with a JSON body.
    func answer<Answer: Encodable & Sendable>(
        _ path: String, by method: HTTPRequest.Method = .get, _ verb: Verb, of locator: Locator<QueryItems>,
        _ answer: @escaping @Sendable (QueryItems, MartletContext) async throws -> Answer
    ) {
        add(method, path, .verb(verb, on: locator.kinds)) { [gate] request, context in
            let context = try await gate.entering(verb, context)
            let query = try await request.items()
            try await gate.admit(verb, context) { try locator.find(query) }
            return try jsonResponse(try await answer(query, context))
        }
    }

    /// Answers one request of Martlet's own API.
    func on<Body: MartletRequest>(
        _ type: Body.Type, _ verb: Verb, of locator: Locator<Body>,
        _ answer: @escaping @Sendable (Body, MartletContext) async throws -> Body.Response
    ) {
        respond(to: type, at: Body.path, verb, of: locator) { body, context in
            try jsonResponse(try await answer(body, context))
        }
    }

    /// Answers one request of Martlet's own API with a body of its own kind.
    func respond<Body: Decodable & Sendable>(
        to type: Body.Type, at path: String, _ verb: Verb, of locator: Locator<Body>,
        _ answer: @escaping @Sendable (Body, MartletContext) async throws -> Response
    ) {
        add(.post, path, .verb(verb, on: locator.kinds)) { [gate] request, context in
            let context = try await gate.entering(verb, context)
            let body = try await request.decode(Body.self)
            try await gate.admit(verb, context) { try locator.find(body) }
            return try await answer(body, context)
        }
    }

    private func add(
        _ method: HTTPRequest.Method, _ path: String, _ need: RouteRecord.Need,
        _ answer: @escaping @Sendable (Request, MartletContext) async throws -> Response
    ) {
        let whole = path.isEmpty || path == "/" ? self.path : self.path + "/" + path
        book.add(RouteRecord(method: method.rawValue, path: whole.isEmpty ? "/" : whole, need: need))
        let isOwn = method == .post && whole.hasPrefix("/api/martlet/")
        router.on(RouterPath(path), method: method) { [gate] request, context in
            if isOwn { try request.requireJSONTypeOrNoBody() }
            guard case .verb(let verb, _) = need else { return try await answer(request, context) }
            return try await gate.recording(verb, request, context) { try await answer(request, context) }
        }
    }
}
