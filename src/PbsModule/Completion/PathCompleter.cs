using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>
/// Completes paths in archives, one directory at a time, in the snapshots selected by the other parameters.
/// </summary>
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
            foreach ((string name, string tip) in Listed(request.Engine, snapshot, query, cancellation))
            {
                // Escaped, because wildcards in a name are literal here.
                yield return new Candidate($"{(folder.Length == 0 ? "/" : folder)}{WildcardPattern.Escape(name)}", tip);
            }
        }
    }

    /// <summary>Whether a candidate fits. A word without a slash starts at the root of the archive.</summary>
    private protected override bool Fits(CompletionRequest request, string candidate) =>
        request.Fits(candidate)
            || (!request.Word.Contains('/', StringComparison.Ordinal) && request.Fits(candidate.TrimStart('/')));

    /// <summary>Lists the entries of a directory, each with a tool tip.</summary>
    private protected abstract IEnumerable<(string Name, string Tip)> List(
        PbsEngine engine,
        ISnapshotItem place,
        CatalogQuery query,
        CancellationToken cancellation);

    private protected static string Describe(string type, long? size, DateTimeOffset? time) =>
        string.Join(", ", new[] { type, DisplayText.Size(size), DisplayText.Time(time) }.Where(text =>
            text.Length > 0));

    private (string Name, string Tip)[] Listed(
        PbsEngine engine,
        SnapshotInfo snapshot,
        CatalogQuery query,
        CancellationToken cancellation)
    {
        try
        {
            return [.. List(engine, snapshot, query, cancellation)];
        }
        catch (PbsException)
        {
            return [];
        }
    }
}
