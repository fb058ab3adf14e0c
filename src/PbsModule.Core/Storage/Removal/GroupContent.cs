using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Storage.Removal;

/// <summary>A snapshot of a group that is to be removed.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="State">The state that the removal is agreed to in.</param>
/// <param name="IsProtected">Whether it carries the marker; also where that cannot be told.</param>
internal readonly record struct GroupSnapshot(TimeFolder Folder, SnapshotState State, bool IsProtected);

/// <summary>What a snapshot must still be when it is removed: the same folder, and finished only if it was.</summary>
/// <param name="Inode">Number of its folder; the greatest number where the system does not tell.</param>
/// <param name="IsFinished">Whether it has a manifest.</param>
internal readonly record struct SnapshotState(ulong Inode, bool IsFinished);

/// <summary>
/// All entries of a group's folder, sorted into what the removal of the group takes and what it must not take.
/// </summary>
/// <param name="Snapshots">Ascending by time.</param>
/// <param name="Files">Files that go with the group, <c>owner</c> last: its notes, and temporary files of owner and
/// notes.</param>
/// <param name="Foreign">Everything else in the group, and in those of its snapshots that are not protected.</param>
internal sealed record GroupContent(IReadOnlyList<GroupSnapshot> Snapshots, IReadOnlyList<string> Files,
    IReadOnlyList<ForeignEntry> Foreign)
{
    private const string OwnerFileName = "owner";
    private const string NotesFileName = "notes";
    private const int RandomLength = 6;

    public int Protected => Snapshots.Count(static snapshot => snapshot.IsProtected);

    /// <summary>Temporary files that an interrupted change of owner or notes has left.</summary>
    public IEnumerable<string> Leftovers => Files.Where(static name => name is not (OwnerFileName or NotesFileName));

    /// <summary>Reads a group's folder and the folders of its snapshots.</summary>
    /// <exception cref="PbsException">
    /// Something cannot be listed, so that nobody knows what a removal would take.
    /// </exception>
    public static GroupContent Read(GroupFolder group)
    {
        var entries = new EntryList();
        int error = group.Folder.List(entries);
        if (error is not (0 or OsError.ENOENT)) throw WalkProblem.Unreadable(error, group.FullPath)!.Exception!;
        List<GroupSnapshot> snapshots = [];
        List<string> files = [];
        List<ForeignEntry> foreign = [];
        if (group.Folder.IsMountPoint("."u8)) foreign.Add(new ForeignEntry(group.FullPath, "a mount point"));
        var within = new EntryList();
        for (int i = 0; i < entries.Count; i++)
        {
            string name = entries.Text(i, out bool isText);
            EntryKind kind = entries.Kind(i);
            bool isMounted = group.Folder.IsMountPoint(entries.Name(i));
            if (isText && kind == EntryKind.File && !isMounted && IsFileOfGroup(name))
            {
                files.Add(name);
            }
            else if (kind == EntryKind.Folder && IsCanonical(entries.Name(i), out TimeFolder time))
            {
                Add(group, time, snapshots, foreign, within);
            }
            else
            {
                string what = Explain(group, entries.Name(i), kind, isText);
                foreign.Add(new ForeignEntry(Path.Combine(group.FullPath, name), what));
            }
        }

        snapshots.Sort(static (left, right) => left.Folder.CompareTo(right.Folder));
        SeparateDuplicates(group, snapshots, foreign);
        files.Sort(static (left, right) => (left == OwnerFileName).CompareTo(right == OwnerFileName));
        return new GroupContent(snapshots, files, foreign);
    }

    /// <exception cref="PbsConflictException">The group holds foreign entries.</exception>
    public void DemandNothingForeign(GroupFolder group, bool isUntouched = true)
    {
        if (Foreign.Count == 0) return;
        throw ForeignEntry.Refusal($"group '{group.IdentityText}'", group.FullPath, Foreign, isUntouched);
    }

    /// <summary>Refuses snapshots that are not protected and whose removal nobody has agreed to.</summary>
    /// <param name="group">For the message.</param>
    /// <param name="agreed">The snapshots that may go, by time, with their state then.</param>
    /// <exception cref="PbsConflictException">There is one (<see cref="PbsErrorId.GroupChanged"/>).</exception>
    public void DemandAgreed(GroupFolder group, IReadOnlyDictionary<long, SnapshotState> agreed)
    {
        foreach (GroupSnapshot snapshot in Snapshots)
        {
            if (snapshot.IsProtected) continue;
            long time = snapshot.Folder.Time;
            bool isAgreed = agreed.TryGetValue(time, out SnapshotState state);
            if (!isAgreed) throw NotAgreed(group, time, "was not there, or was protected,");
            if (state != snapshot.State) throw NotAgreed(group, time, "was another one, or not yet finished,");
        }
    }

    private static PbsConflictException NotAgreed(GroupFolder group, long time, string how) =>
        new(PbsErrorId.GroupChanged,
            $"snapshot '{new SnapshotPath(group.Namespace, group.Path, time)}' {how} "
                + "when the removal of its group was planned",
            group.FullPath)
        {
            RecommendedAction = "Nothing of the group was removed. Look at it again, and repeat the removal "
                + "if that snapshot may go, too.",
        };

    private static void Add(
        GroupFolder group,
        TimeFolder time,
        List<GroupSnapshot> snapshots,
        List<ForeignEntry> foreign,
        EntryList entries)
    {
        string path = Path.Combine(group.FullPath, time.ToString());
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        name = name[..time.WriteName(name)];
        Folder? opened = null;
        int error = group.Folder.OpenFolder(name, ref opened);
        if (error == OsError.ENOENT) return;
        if (error != 0) throw WalkProblem.Unreadable(error, path)!.Exception!;
        using Folder folder = opened!;
        if (group.Folder.IsMountPoint(name))
        {
            foreign.Add(new ForeignEntry(path, "a mount point"));
            return;
        }

        group.Folder.InodeOf(name, out ulong inode);
        bool isProtected = folder.KindOf(".protected"u8, out _) != OsError.ENOENT;
        bool isFinished = folder.KindOf("index.json.blob"u8, out _) != OsError.ENOENT;
        if (!isProtected) LookInto(folder, path, entries, foreign);
        snapshots.Add(new GroupSnapshot(time, new SnapshotState(inode, isFinished), isProtected));
    }

    private static void LookInto(Folder folder, string path, EntryList entries, List<ForeignEntry> foreign)
    {
        try
        {
            SnapshotContent.Files(folder, path, entries, foreign);
        }
        catch (OsErrorException e)
        {
            throw WalkProblem.Unreadable(e.Errno, path)!.Exception!;
        }
    }

    /// <summary>Of two spellings of one time the first is the snapshot; listings leave the others out.</summary>
    private static void SeparateDuplicates(GroupFolder group, List<GroupSnapshot> snapshots, List<ForeignEntry> foreign)
    {
        for (int i = snapshots.Count - 1; i > 0; i--)
        {
            if (snapshots[i].Folder.Time != snapshots[i - 1].Folder.Time) continue;
            foreign.Add(new ForeignEntry(Path.Combine(group.FullPath, snapshots[i].Folder.ToString()),
                "a second folder of a snapshot's time"));
            snapshots.RemoveAt(i);
        }
    }

    /// <summary>Whether a name is exactly the one that its time is written as.</summary>
    private static bool IsCanonical(ReadOnlySpan<byte> name, out TimeFolder time)
    {
        if (!TimeFolder.TryParse(name, out time, out string? refusal) || refusal is not null) return false;
        Span<byte> written = stackalloc byte[TimeFolder.MaxNameLength];
        return name.SequenceEqual(written[..time.WriteName(written)]);
    }

    /// <summary>Owner, notes, and what PBS and we call them while they are written: <c>notes.tmp_XXXXXX</c>.</summary>
    private static bool IsFileOfGroup(string name)
    {
        foreach (string file in (ReadOnlySpan<string>)[OwnerFileName, NotesFileName])
        {
            if (name == file) return true;
            string stem = file + ".tmp_";
            if (name.StartsWith(stem, StringComparison.Ordinal) && name.Length == stem.Length + RandomLength
                && name.AsSpan(stem.Length).ContainsAnyExcept(Alphanumeric) is false)
            {
                return true;
            }
        }

        return false;
    }

    private static string Explain(GroupFolder group, ReadOnlySpan<byte> name, EntryKind kind, bool isText)
    {
        string what = ForeignEntry.Describe(kind);
        if (!isText) return $"{what} whose name is not UTF-8";
        if (group.Folder.IsMountPoint(name)) return "a mount point";
        if (kind != EntryKind.Folder) return what;
        Folder? opened = null;
        if (group.Folder.OpenFolder(name, ref opened) != 0) return what;
        using Folder folder = opened!;
        return folder.KindOf("index.json.blob"u8, out _) != OsError.ENOENT
            ? "a folder with a finished backup, whose name is not the time of a snapshot" : what;
    }

    private static readonly System.Buffers.SearchValues<char> Alphanumeric =
        System.Buffers.SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}
