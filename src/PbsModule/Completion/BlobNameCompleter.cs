using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>
/// Completes names of blobs in the snapshots selected by the other parameters; in each group's newest snapshot if no
/// time is given.
/// </summary>
public sealed class BlobNameCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        FileNameCompleter.Snapshots(request, cancellation)
            .SelectMany(snapshot => snapshot.Files, (snapshot, file) => (Snapshot: snapshot, File: file))
            .Where(found => found.File.FileName.EndsWith(".blob", StringComparison.Ordinal))
            .Select(found => new Candidate(
                found.File.FileName,
                string.Join(", ", new[] { DisplayText.Size(found.File.Size), found.Snapshot.ToString() }.Where(text =>
                    text.Length > 0))));
}
