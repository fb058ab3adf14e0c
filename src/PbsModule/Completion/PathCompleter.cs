using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>Paths in archives, a directory at a time, in the snapshots that the other parameters leave.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PathCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation)
    {
        string folder = request.Word[..(request.Word.LastIndexOf('/') + 1)];
        var query = new CatalogQuery
        {
            Archives = NameFilters.From(request.Texts("Archive")),
            Paths = [NameFilters.Path(folder, isTyped: true, caseSensitive: false)],
        };
        foreach (SnapshotInfo snapshot in FileNameCompleter.Snapshots(request, cancellation))
        {
            foreach ((string name, string tip) in Listed(request.Session, snapshot, query, cancellation))
            {
                // A name with wildcards in it means itself here.
                yield return new Candidate($"{(folder.Length == 0 ? "/" : folder)}{WildcardPattern.Escape(name)}", tip);
            }
        }
    }

    /// <summary>A word without a slash begins at the root of the archive.</summary>
    private protected override bool Fits(CompletionRequest request, string candidate) =>
        request.Fits(candidate)
            || (!request.Word.Contains('/', StringComparison.Ordinal) && request.Fits(candidate.TrimStart('/')));

    /// <summary>What is in a directory, with what to say of it.</summary>
    private protected abstract IEnumerable<(string Name, string Tip)> List(
        PbsSession session,
        ISnapshotItem place,
        CatalogQuery query,
        CancellationToken cancellation);

    private protected static string Describe(string type, long? size, DateTimeOffset? time) =>
        string.Join(", ", new[] { type, DisplayText.Size(size), DisplayText.Time(time) }.Where(text =>
            text.Length > 0));

    private (string Name, string Tip)[] Listed(
        PbsSession session,
        SnapshotInfo snapshot,
        CatalogQuery query,
        CancellationToken cancellation)
    {
        try
        {
            return [.. List(session, snapshot, query, cancellation)];
        }
        catch (PbsException)
        {
            return [];
        }
    }
}
