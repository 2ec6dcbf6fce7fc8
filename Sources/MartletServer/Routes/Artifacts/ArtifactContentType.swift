/// Content types by a file's name, as MLflow's server gives them: text for what people read, else the types that Python's
/// `mimetypes` knows without the system's files.
enum ArtifactContentType {
    static func of(_ name: String) -> String {
        var (base, ending) = split(name)
        // Case counts here and not below, as there.
        if text.contains(ending.isEmpty ? name : ending) { return "text/plain" }
        while let longer = shortForms[ending] { (base, ending) = split(base + longer) }
        if encodings.contains(ending) { (base, ending) = split(base) }
        return types[ending] ?? types[ending.lowercased()] ?? "application/octet-stream"
    }

    /// What stands before the last dot and after it; a name that begins with its only dots has no ending.
    private static func split(_ name: String) -> (base: String, ending: String) {
        guard let dot = name.lastIndex(of: "."), name[..<dot].contains(where: { $0 != "." }) else { return (name, "") }
        return (String(name[..<dot]), String(name[name.index(after: dot)...]))
    }

    private static let text: Set<String> = [
        "txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon", "toml", "yaml", "yml",
        "xml", "json", "js", "py", "py3", "csv", "tsv", "md", "rst", "ipynb", "MLmodel", "MLproject",
    ]

    private static let shortForms = [
        "svgz": ".svg.gz", "tgz": ".tar.gz", "taz": ".tar.gz", "tz": ".tar.gz", "tbz2": ".tar.bz2", "txz": ".tar.xz",
    ]

    private static let encodings: Set<String> = ["gz", "Z", "bz2", "xz", "br"]

    private static let types: [String: String] = Dictionary(
        endings.flatMap { type, names in names.split(separator: " ").map { (String($0), type) } }
    ) { first, _ in first }

    /// A type and the endings that have it.
    private static let endings: [(String, String)] = [
        ("application/javascript", "js mjs"),
        ("application/json", "json"),
        ("application/manifest+json", "webmanifest"),
        ("application/msword", "doc dot wiz"),
        ("application/n-quads", "nq"),
        ("application/n-triples", "nt"),
        ("application/octet-stream", "a bin dll exe o obj so"),
        ("application/oda", "oda"),
        ("application/pdf", "pdf"),
        ("application/pkcs7-mime", "p7c"),
        ("application/postscript", "ai eps ps"),
        ("application/trig", "trig"),
        ("application/vnd.apple.mpegurl", "m3u m3u8"),
        ("application/vnd.ms-excel", "xlb xls"),
        ("application/vnd.ms-powerpoint", "pot ppa pps ppt pwz"),
        ("application/wasm", "wasm"),
        ("application/x-bcpio", "bcpio"),
        ("application/x-cpio", "cpio"),
        ("application/x-csh", "csh"),
        ("application/x-dvi", "dvi"),
        ("application/x-gtar", "gtar"),
        ("application/x-hdf", "hdf"),
        ("application/x-hdf5", "h5"),
        ("application/x-latex", "latex"),
        ("application/x-mif", "mif"),
        ("application/x-netcdf", "cdf nc"),
        ("application/x-pkcs12", "p12 pfx"),
        ("application/x-pn-realaudio", "ram"),
        ("application/x-python-code", "pyc pyo"),
        ("application/x-sh", "sh"),
        ("application/x-shar", "shar"),
        ("application/x-shockwave-flash", "swf"),
        ("application/x-sv4cpio", "sv4cpio"),
        ("application/x-sv4crc", "sv4crc"),
        ("application/x-tar", "tar"),
        ("application/x-tcl", "tcl"),
        ("application/x-tex", "tex"),
        ("application/x-texinfo", "texi texinfo"),
        ("application/x-troff", "roff t tr"),
        ("application/x-troff-man", "man"),
        ("application/x-troff-me", "me"),
        ("application/x-troff-ms", "ms"),
        ("application/x-ustar", "ustar"),
        ("application/x-wais-source", "src"),
        ("application/xml", "rdf wsdl xpdl xsl"),
        ("application/zip", "zip"),
        ("audio/3gpp", "3gp 3gpp"),
        ("audio/3gpp2", "3g2 3gpp2"),
        ("audio/aac", "aac adts ass loas"),
        ("audio/basic", "au snd"),
        ("audio/mpeg", "mp2 mp3"),
        ("audio/opus", "opus"),
        ("audio/x-aiff", "aif aifc aiff"),
        ("audio/x-pn-realaudio", "ra"),
        ("audio/x-wav", "wav"),
        ("image/avif", "avif"),
        ("image/bmp", "bmp"),
        ("image/gif", "gif"),
        ("image/heic", "heic"),
        ("image/heif", "heif"),
        ("image/ief", "ief"),
        ("image/jpeg", "jpe jpeg jpg"),
        ("image/png", "png"),
        ("image/svg+xml", "svg"),
        ("image/tiff", "tif tiff"),
        ("image/vnd.microsoft.icon", "ico"),
        ("image/x-cmu-raster", "ras"),
        ("image/x-portable-anymap", "pnm"),
        ("image/x-portable-bitmap", "pbm"),
        ("image/x-portable-graymap", "pgm"),
        ("image/x-portable-pixmap", "ppm"),
        ("image/x-rgb", "rgb"),
        ("image/x-xbitmap", "xbm"),
        ("image/x-xpixmap", "xpm"),
        ("image/x-xwindowdump", "xwd"),
        ("message/rfc822", "eml mht mhtml nws"),
        ("text/css", "css"),
        ("text/csv", "csv"),
        ("text/html", "htm html"),
        ("text/n3", "n3"),
        ("text/plain", "bat c h ksh pl srt txt"),
        ("text/richtext", "rtx"),
        ("text/tab-separated-values", "tsv"),
        ("text/vtt", "vtt"),
        ("text/x-python", "py"),
        ("text/x-setext", "etx"),
        ("text/x-sgml", "sgm sgml"),
        ("text/x-vcard", "vcf"),
        ("text/xml", "xml"),
        ("video/mp4", "mp4"),
        ("video/mpeg", "m1v mpa mpe mpeg mpg"),
        ("video/quicktime", "mov qt"),
        ("video/webm", "webm"),
        ("video/x-msvideo", "avi"),
        ("video/x-sgi-movie", "movie"),
    ]
}
