using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>
/// Writes what a search finds, while it is still going on: the hits, or the versions they make up. Says which snapshots were not
/// searched, because what is not found may be there.
/// </summary>
internal sealed class FoundFiles(PbsCmdlet cmdlet, bool versions, Action<ListingProblem> report, FileSearch search)
    : IDisposable
{
    private const string InformationTag = "NotSearched";
    private const int MostNamed = 3;

    private readonly ProgressLine _progress = new(cmdlet, "Searching files", TimeProvider.System);
    private readonly FileVersions? _versions = versions ? new FileVersions() : null;
    private readonly List<string> _unsearched = [];
    private int _unsearchedCount;
    private int _added;

    /// <exception cref="PbsException">The snapshot cannot be searched.</exception>
    public void Add(PbsSession session, DatastoreContext store, SnapshotPath snapshot)
    {
        if (session.SearchFiles(search, store, snapshot) is { } unsearched) Note(unsearched);
        else _added++;
        Write(search.Ready(report));
    }

    public void Finish()
    {
        Write(search.Rest(report));
        if (_versions is not null) cmdlet.WriteObject(_versions.All(), enumerateCollection: true);
        if (_unsearchedCount == 0) return;
        string more = _unsearchedCount > _unsearched.Count ? ", …" : "";
        cmdlet.WriteWarning($"{_unsearchedCount} snapshots that may hold files were not searched: {string.Join(", ", _unsearched)}{more}");
    }

    public void Dispose()
    {
        search.Dispose();
        _progress.Dispose();
    }

    private void Write(IEnumerable<CatalogItemInfo> items)
    {
        foreach (CatalogItemInfo item in items)
        {
            if (_versions is null) cmdlet.WriteObject(item);
            else _versions.Add(item);
            _progress.Show(Status);
        }

        _progress.Show(Status);
    }

    private string Status() => $"{search.Searched} of {_added} snapshots, {search.Entries:N0} entries";

    private void Note(UnsearchedSnapshotInfo snapshot)
    {
        string name = $"{snapshot} ({snapshot.Reason})";
        cmdlet.WriteVerbose($"{name} is not searched");
        if (!snapshot.MayHoldFiles) return;
        cmdlet.WriteInformation(new InformationRecord(snapshot, nameof(FoundFiles)) { Tags = { InformationTag } });
        _unsearchedCount++;
        if (_unsearched.Count < MostNamed) _unsearched.Add(name);
    }
}
