using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>Paths in archives, a directory at a time, out of the archives themselves: they need no catalog.</summary>
public sealed class ArchivePathCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(CompletionRequest request, CancellationToken cancellation)
    {
        string folder = request.Word[..(request.Word.LastIndexOf('/') + 1)];
        var query = new CatalogQuery { Archives = NameFilters.From(request.Texts("Archive")), Paths = [NameFilters.Path(folder, isTyped: true, caseSensitive: false)] };
        foreach (SnapshotInfo snapshot in FileNameCompleter.Snapshots(request, cancellation))
        {
            foreach (ArchiveItemInfo item in Items(request, snapshot, query, cancellation))
            {
                // A name with wildcards in it means itself here.
                yield return new Candidate($"{(folder.Length == 0 ? "/" : folder)}{WildcardPattern.Escape(item.Name)}", Describe(item));
            }
        }
    }

    /// <summary>A word without a slash begins at the root of the archive.</summary>
    private protected override bool Fits(CompletionRequest request, string candidate) =>
        request.Fits(candidate) || (!request.Word.Contains('/', StringComparison.Ordinal) && request.Fits(candidate.TrimStart('/')));

    private static IEnumerable<ArchiveItemInfo> Items(CompletionRequest request, SnapshotInfo snapshot, CatalogQuery query, CancellationToken cancellation)
    {
        try
        {
            var place = (ISnapshotItem)snapshot;
            return [.. request.Session.GetArchiveItems(place.Store, place.Snapshot, query, null, static _ => { }, cancellation)];
        }
        catch (PbsException)
        {
            return [];
        }
    }

    private static string Describe(ArchiveItemInfo item) => string.Join(", ",
        new[] { item.Type.ToString(), DisplayText.Size(item.Size), DisplayText.Time(item.LastWriteTime) }.Where(text => text.Length > 0));
}
