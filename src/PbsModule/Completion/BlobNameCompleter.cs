using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>
/// Names of blobs in the snapshots that the other parameters leave; of each group's newest where no time is given.
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
