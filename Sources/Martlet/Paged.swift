/// The results of a search, read from the server a page at a time as they are asked for.
///
/// Iterating holds one page in memory at most, however many results there are:
///
/// ```swift
/// for try await run in client.searchRuns(in: ["1"], matching: "metrics.auc > 0.8") { print(run.info.run_id) }
/// ```
public struct Paged<Element: Sendable>: AsyncSequence, Sendable {
    /// Some results and, when there are more, where they go on.
    public struct Page: Sendable {
        public var elements: [Element]
        /// What ``Paged/page(after:)`` takes to go on; nil on the last page. Opaque: only the server reads it.
        public var nextToken: String?

        public init(_ elements: [Element], nextToken: String? = nil) {
            (self.elements, self.nextToken) = (elements, nextToken.flatMap { $0.isEmpty ? nil : $0 })
        }
    }

    private let load: @Sendable (String?) async throws -> Page

    init(_ load: @escaping @Sendable (_ token: String?) async throws -> Page) { self.load = load }

    /// One page.
    /// - Parameter token: The ``Page/nextToken`` of the page before; nil for the first.
    public func page(after token: String? = nil) async throws -> Page { try await load(token) }

    /// The same results page by page.
    public var pages: Pages { Pages(load: load) }

    /// The first `limit` results, and whether there are more.
    public func first(_ limit: Int) async throws -> (elements: [Element], hasMore: Bool) {
        var found: [Element] = []
        for try await element in self {
            if found.count >= limit { return (found, true) }
            found.append(element)
        }
        return (found, false)
    }

    public func makeAsyncIterator() -> Iterator { Iterator(pages: Pages(load: load).makeAsyncIterator()) }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var pages: Pages.Iterator
        private var page: [Element] = []
        private var next = 0

        fileprivate init(pages: Pages.Iterator) { self.pages = pages }

        public mutating func next() async throws -> Element? {
            while next >= page.count {
                guard let following = try await pages.next() else { return nil }
                (page, next) = (following.elements, 0)
            }
            defer { next += 1 }
            return page[next]
        }
    }

    /// Pages one after the other; a page may be empty.
    public struct Pages: AsyncSequence, Sendable {
        fileprivate let load: @Sendable (String?) async throws -> Page

        public func makeAsyncIterator() -> Iterator { Iterator(load: load) }

        public struct Iterator: AsyncIteratorProtocol {
            fileprivate let load: @Sendable (String?) async throws -> Page
            private var token: String?
            private var isAtEnd = false

            fileprivate init(load: @escaping @Sendable (String?) async throws -> Page) { self.load = load }

            public mutating func next() async throws -> Page? {
                guard !isAtEnd else { return nil }
                try Task.checkCancellation()
                let page = try await load(token)
                // A server that answers with the token it was given would never end.
                isAtEnd = page.nextToken == nil || page.nextToken == token
                token = page.nextToken
                return page
            }
        }
    }
}
