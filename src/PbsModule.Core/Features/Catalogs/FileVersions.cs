using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Core.Features.Catalogs;

/// <summary>
/// Combines matches into versions: in each group, one for each path, size and modification time. Memory use grows with
/// the versions, not with the snapshots.
/// </summary>
public sealed class FileVersions
{
    private readonly Dictionary<(GroupIdentity Group, CatalogNode Node), FileVersionInfo> _versions = [];

    public void Add(CatalogItemInfo item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (_versions.TryGetValue((item.Identity, item.Node), out FileVersionInfo? known)) known.Saw(item);
        else _versions.Add((item.Identity, item.Node), new FileVersionInfo(item));
    }

    /// <summary>Returns the versions by group, archive and path, the oldest first.</summary>
    public IEnumerable<FileVersionInfo> All() => _versions
        .OrderBy(version => version.Key.Group)
        .ThenBy(version => version.Value.Archive, StringComparer.Ordinal)
        .ThenBy(version => version.Value.Path, StringComparer.Ordinal)
        .ThenBy(version => version.Value.FirstBackupTime)
        .ThenBy(version => version.Value.BackupTime)
        .Select(version => version.Value);
}
