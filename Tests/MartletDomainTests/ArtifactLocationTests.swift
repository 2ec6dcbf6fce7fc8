import MartletDomain
import Testing

@Suite struct ArtifactLocationTests {
    /// As `append_to_uri_path` of MLflow 3.18 has it.
    @Test(arguments: [
        ("mlflow-artifacts:/1", "mlflow-artifacts:/1/r/artifacts"), ("s3://b/p/", "s3://b/p/r/artifacts"),
        ("s3://b/p?x=1", "s3://b/p/r/artifacts?x=1"), ("/mnt/a?b", "/mnt/a?b/r/artifacts"),
    ])
    func `A run's files lie below its experiment's, and a query stays at the end`(location: String, files: String) {
        #expect(ArtifactLocation.appending("r/artifacts", to: location) == files)
    }

    /// As `resolve_uri_if_local` of MLflow 3.18 has it.
    @Test(arguments: [
        ("mlruns", "/srv/mlruns"), ("./a//b/", "/srv/a/b"), ("../a", "/srv/../a"), ("file:a", "file:///srv/a"),
        ("/abs", "/abs"), ("file:///abs", "file:///abs"), ("s3://b/p", "s3://b/p"),
        ("mlflow-artifacts:/1", "mlflow-artifacts:/1"),
    ])
    func `A relative path is one below the server's folder`(location: String, absolute: String) {
        #expect(ArtifactLocation.resolved(location, in: "/srv") == absolute)
    }
}
