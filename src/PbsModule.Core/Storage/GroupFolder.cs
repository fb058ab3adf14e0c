using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage;

/// <summary>
/// An open folder of a backup group, with its owner. Whoever gets one must release it; several workers may read
/// snapshots in it, each with a hold of its own.
/// </summary>
internal sealed class GroupFolder(Datastore store, BackupNamespace ns, GroupPath path, Folder folder) : IDisposable
{
    private int _holds = 1;

    public Datastore Store { get; } = store;

    public BackupNamespace Namespace { get; } = ns;

    public GroupPath Path { get; } = path;

    public Folder Folder { get; } = folder;

    /// <summary>Null where the owner file is missing or damaged.</summary>
    public Authid? Owner { get; private set; }

    /// <summary>Why there is no owner, in PBS's words.</summary>
    public string? OwnerError { get; private set; }

    /// <summary>The group's identity, <c>ns/a/vm/100</c>.</summary>
    public string IdentityText => Namespace.IsRoot ? Path.ToString() : $"{Namespace.DiskPath}/{Path}";

    /// <summary>Full path of the folder.</summary>
    public string FullPath => Store.PathOf(IdentityText);

    /// <summary>PBS's log line about a group that it hides.</summary>
    public ListingProblem OwnerProblem() => new(PbsErrorId.OwnerUnreadable,
        $"Failed to get owner of group '{Path}' in {Store.Describe(Namespace)} - {OwnerError}",
        FullPath,
        ListingProblemKind.Warning);

    /// <summary>
    /// Whether a snapshot carries the marker that keeps it from being removed; also where that cannot be told.
    /// </summary>
    public bool IsProtected(TimeFolder time)
    {
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        Folder? snapshot = null;
        int error = Folder.OpenFolder(name[..time.WriteName(name)], ref snapshot);
        if (error == 0)
        {
            using (snapshot) error = snapshot!.KindOf(".protected"u8, out _);
        }

        return error != OsError.ENOENT;
    }

    public GroupFolder Hold()
    {
        Interlocked.Increment(ref _holds);
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holds) == 0) Folder.Dispose();
    }

    internal void SetOwner(Authid? owner, string? error)
    {
        Owner = owner;
        OwnerError = error;
    }
}
