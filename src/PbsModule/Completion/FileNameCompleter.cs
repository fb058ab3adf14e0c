using PbsModule.Binding;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Times;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>
/// Completes names of files in the snapshots selected by the other parameters; in each group's newest snapshot if no
/// time is given.
/// </summary>
public sealed class FileNameCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        Snapshots(request, cancellation).SelectMany(snapshot => snapshot.Files, (snapshot, file) => new Candidate(
            file.FileName,
            string.Join(", ", new[] { DisplayText.Size(file.Size), snapshot.ToString() }.Where(text =>
                text.Length > 0))));

    /// <summary>Returns the snapshots selected by the other parameters.</summary>
    internal static IEnumerable<SnapshotInfo> Snapshots(CompletionRequest request, CancellationToken cancellation)
    {
        SnapshotQuery query = Narrow(request);
        return request.Stores(cancellation).SelectMany(store =>
            request.Engine.Snapshots.List(store, query, static _ => { }, cancellation));
    }

    private static SnapshotQuery Narrow(CompletionRequest request)
    {
        // -Recurse may mean folders here.
        SnapshotQuery query = request.Query() with { Recurse = false };
        object? given = request.Values("Snapshot").Concat(request.Values("Group")).FirstOrDefault();
        if (given is not null && SnapshotOf(given) is { } snapshot)
        {
            return query with
            {
                Namespace = snapshot.HasNamespace ? snapshot.Path.Namespace : query.Namespace,
                Snapshots = [snapshot.Path],
            };
        }

        if (given is not null)
        {
            GroupReference group =
                given as GroupReference ?? (given is IGroupItem item ? new(item) : new(given.ToString()!));
            BackupNamespace ns = group.OwnNamespace ?? query.Namespace;
            return query with { Namespace = ns, Groups = [group.Path], Latest = 1, Finished = true };
        }

        if (request.Texts("BackupTime").FirstOrDefault() is { } text
            && TimeText.TryParse(text, out DateTimeOffset time))
        {
            return query with { After = time, Before = time.AddSeconds(1) };
        }

        return query with { Latest = 1, Finished = true };
    }

    /// <summary>Returns null for a group. By position both are possible.</summary>
    private static SnapshotReference? SnapshotOf(object given)
    {
        try
        {
            return given switch
            {
                SnapshotReference reference => reference,
                ISnapshotItem item => new SnapshotReference(item),
                GroupReference or IGroupItem => null,
                _ => new SnapshotReference(given.ToString()!),
            };
        }
        catch (PbsArgumentException)
        {
            return null;
        }
    }
}
