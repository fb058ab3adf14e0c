using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Cmdlets;

/// <summary>
/// Writes the results of a search while it runs: the matches, or the versions they form. Reports snapshots that were
/// not searched, because they may contain missing results.
/// </summary>
internal sealed class FoundFiles : IDisposable
{
    private const string InformationTag = "NotSearched";
    private const int MostNamed = 3;

    private readonly PbsCmdlet _cmdlet;
    private readonly Action<ListingProblem> _report;
    private readonly FileSearch _search;
    private readonly ProgressLine _progress;
    private readonly FileVersions? _versions;
    private readonly List<string> _unsearched = [];
    private int _unsearchedCount;
    private int _added;

    /// <param name="cmdlet">Writes the results.</param>
    /// <param name="versions">Whether matches are combined into versions.</param>
    /// <param name="report">Receives each failure to read.</param>
    /// <param name="search">The search; this object owns it.</param>
    public FoundFiles(PbsCmdlet cmdlet, bool versions, Action<ListingProblem> report, FileSearch search)
    {
        (_cmdlet, _report, _search) = (cmdlet, report, search);
        _progress = new ProgressLine(cmdlet, "Searching files", TimeProvider.System);
        _versions = versions ? new FileVersions() : null;
        search.OnUnsearched = Note;
    }

    /// <exception cref="PbsException">The snapshot cannot be searched.</exception>
    public void Add(PbsEngine engine, DatastoreContext store, SnapshotPath snapshot)
    {
        if (engine.Catalogs.Search(_search, store, snapshot) is { } unsearched) Note(unsearched);
        else _added++;
        Write(_search.Ready(_report));
    }

    public void Finish()
    {
        Write(_search.Rest(_report));
        if (_versions is not null) _cmdlet.WriteObject(_versions.All(), enumerateCollection: true);
        if (_unsearchedCount == 0) return;
        string more = _unsearchedCount > _unsearched.Count ? ", …" : "";
        string snapshots = _unsearchedCount == 1
            ? "1 snapshot that may hold files was"
            : $"{_unsearchedCount} snapshots that may hold files were";
        _cmdlet.WriteWarning($"{snapshots} not searched, or not as a whole: {string.Join(", ", _unsearched)}{more}");
    }

    public void Dispose()
    {
        _search.Dispose();
        _progress.Dispose();
    }

    private void Write(IEnumerable<CatalogItemInfo> items)
    {
        foreach (CatalogItemInfo item in items)
        {
            if (_versions is null) _cmdlet.WriteObject(item);
            else _versions.Add(item);
            _progress.Show(Status);
        }

        _progress.Show(Status);
    }

    private string Status() => $"{_search.Searched} of {_added} snapshots, {_search.Entries:N0} entries";

    private void Note(UnsearchedSnapshotInfo snapshot)
    {
        string name = $"{snapshot} ({snapshot.Reason})";
        _cmdlet.WriteVerbose($"{name} is not searched as a whole");
        if (!snapshot.MayHoldFiles) return;
        _cmdlet.WriteInformation(new InformationRecord(snapshot, nameof(FoundFiles)) { Tags = { InformationTag } });
        _unsearchedCount++;
        if (_unsearched.Count < MostNamed) _unsearched.Add(name);
    }
}
