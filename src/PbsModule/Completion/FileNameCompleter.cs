using PbsModule.Abstractions;
using PbsModule.Core.Administration;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>Names of files in the snapshots that the other parameters leave; of each group's newest where no time is given.</summary>
public sealed class FileNameCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(CompletionRequest request, CancellationToken cancellation)
    {
        SnapshotQuery query = Narrow(request);
        return request.Stores(cancellation)
            .SelectMany(store => request.Session.GetSnapshots(store, query, static _ => { }, cancellation))
            .SelectMany(snapshot => snapshot.Files, (snapshot, file) => new Candidate(
                file.FileName, string.Join(", ", new[] { DisplayText.Size(file.Size), snapshot.ToString() }.Where(text => text.Length > 0))));
    }

    private static SnapshotQuery Narrow(CompletionRequest request)
    {
        SnapshotQuery query = request.Query();
        if (request.Values("Snapshot").FirstOrDefault() is { } snapshot)
        {
            SnapshotReference reference = snapshot as SnapshotReference ?? (snapshot is ISnapshotItem item ? new(item) : new(snapshot.ToString()!));
            return query with { Namespace = reference.HasNamespace ? reference.Path.Namespace : query.Namespace, Snapshots = [reference.Path] };
        }

        if (request.Texts("BackupTime").FirstOrDefault() is { } text && TimeTransformationAttribute.TryParse(text, out DateTimeOffset time))
        {
            return query with { After = time, Before = time.AddSeconds(1) };
        }

        return query with { Latest = 1 };
    }
}
