using System.IO.Compression;
using System.Text;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// Packs an entry of an archive, a directory with all that is in it, into one file. Names are relative to the directory
/// above it. Source: PBS GET pxar-file-download.
/// </summary>
internal abstract class ArchivePacker(
    ArchiveReader archive,
    ArchiveWork work,
    bool allowMissing,
    CancellationToken cancellation)
{
    /// <summary>Packs it.</summary>
    /// <param name="top">What is packed; the root of the archive gets no entry of its own.</param>
    /// <exception cref="PbsException">Content cannot be had.</exception>
    public void Run(ArchiveNode top)
    {
        int cut = top.Path.Length - (top.Path.Length == 1 ? 0 : top.Name.Length);
        var query = new CatalogQuery { Archives = [NameFilter.Literal(top.Archive)], Depth = int.MaxValue };
        var names = new PackedNames(top);
        if (top.Path.Length > 1) Add(top, cut, names);
        if (!top.Entry.IsDirectory) return;
        var listing = new ArchiveListing(archive.Pxar, top.Archive, query, (node, error) => work.Fail(node.Path, error))
        {
            OnLeftOut = (node, count) => work.LeaveOut(node.Path, count),
        };
        foreach (ArchiveNode node in listing.Content(top, cancellation)) Add(node, cut, names);
    }

    /// <summary>Gets ready to add an entry, and writes nothing yet.</summary>
    /// <param name="name">What it is called in the pack.</param>
    /// <param name="entry">What it is; of a hard link the file it is one with.</param>
    /// <param name="content">Of a file.</param>
    /// <returns>What adds it; null for a kind of entry that such a pack cannot hold.</returns>
    /// <exception cref="PbsFormatException">There is no room for it.</exception>
    protected abstract Action? Prepare(string name, PxarEntry entry, PxarContentStream? content);

    /// <summary>What a pack is called in messages.</summary>
    protected abstract string Kind { get; }

    private void Add(ArchiveNode node, int cut, PackedNames names)
    {
        cancellation.ThrowIfCancellationRequested();
        if (names.IsBelowRefused(node)) return;
        if (!names.TryTake(node))
        {
            string below = node.Entry.IsDirectory ? ", so nothing that is in it is packed" : "";
            work.Fail(
                node.Path,
                new PbsFormatException(
                    PbsErrorId.ArchiveNameRefused,
                    $"\"{node.Path}\" is refused: the directory has that name already{below}"));
            return;
        }

        PxarContentStream? content = null;
        try
        {
            if (TryPrepare(node, cut, ref content) is { } add) add();
            work.Done(node.Path);
        }
        finally
        {
            content?.Dispose();
        }
    }

    /// <summary>What cannot be had costs no other entry, as long as nothing of it is written.</summary>
    private Action? TryPrepare(ArchiveNode node, int cut, ref PxarContentStream? content)
    {
        try
        {
            PxarEntry entry =
                node.Entry.Type == CatalogEntryType.HardLink ? archive.Pxar.FollowHardLink(node.Entry) : node.Entry;
            if (entry.Type == CatalogEntryType.File)
            {
                content = new PxarContentStream(archive, entry, allowMissing
                    ? gap => work.Gap(node.Path, gap)
                    : null, cancellation);
            }

            Action? add = Prepare(node.Path[cut..] + (entry.IsDirectory ? "/" : ""), entry, content);
            if (add is null) work.Miss(node.Path, RestoredTrait.Entry, $"a {Kind} file cannot hold a {entry.Type}");
            return add;
        }
        catch (PbsFormatException e)
        {
            work.Fail(node.Path, e);
            return null;
        }
    }
}

/// <summary>
/// Files, hard links as the files they are one with, and directories; what zip has no notion of is left out.
/// </summary>
internal sealed class ZipPacker(
    Stream target,
    ArchiveReader archive,
    ArchiveWork work,
    bool allowMissing,
    CancellationToken cancellation)
    : ArchivePacker(archive, work, allowMissing, cancellation), IDisposable
{
    private const int DirectoryBit = 0x10;
    private const uint FileMode = 0x8000;
    private const uint DirectoryMode = 0x4000;
    private const int LongestName = ushort.MaxValue;

    // What the date of an entry can say.
    private static readonly DateTimeOffset First = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Last = new(2107, 12, 31, 23, 59, 58, TimeSpan.Zero);

    private readonly ZipArchive _zip = new(target, ZipArchiveMode.Create, leaveOpen: true);

    protected override string Kind => "zip";

    public void Dispose() => _zip.Dispose();

    protected override Action? Prepare(string name, PxarEntry entry, PxarContentStream? content)
    {
        if (!entry.IsDirectory && content is null) return null;
        if (LeadsOut(name))
        {
            throw new PbsFormatException(
                PbsErrorId.ArchiveNameRefused,
                $"\"{name}\" is refused: it leads somewhere else on Windows, where zip files are opened, too");
        }
        if (Encoding.UTF8.GetByteCount(name) > LongestName)
        {
            throw new PbsFormatException(
                PbsErrorId.ArchiveInvalid,
                $"a path of more than {LongestName} bytes, which zip cannot hold");
        }

        return () =>
        {
            ZipArchiveEntry packed = _zip.CreateEntry(name, CompressionLevel.Fastest);
            packed.LastWriteTime = entry.Stat.LastWriteTime is { } time && time >= First && time <= Last ? time : First;

            // By what it was found to be: an unpacker makes a link of whatever says that it is one.
            uint kind = entry.IsDirectory ? DirectoryMode : FileMode;
            int mode = (int)((kind | entry.Stat.Permissions) << 16);
            packed.ExternalAttributes = mode | (entry.IsDirectory ? DirectoryBit : 0);
            if (content is null) return;
            using Stream data = packed.Open();
            content.CopyTo(data);
        };
    }

    /// <summary>Whether Windows would take a name for a path out of the folder it is unpacked into.</summary>
    private static bool LeadsOut(string name) =>
        name[0] == '\\'
        || (name.Length > 1 && name[1] == ':' && char.IsAsciiLetter(name[0]))
        || name.Split('/', '\\').Contains("..");
}

/// <summary>
/// Everything but sockets, with owners, modes and times; hard links as links where their target is in it, too.
/// </summary>
internal sealed class TarPacker(
    Stream target,
    ArchiveReader archive,
    ArchiveWork work,
    bool allowMissing,
    CancellationToken cancellation)
    : ArchivePacker(archive, work, allowMissing, cancellation), IDisposable
{
    private readonly ZstdWriteStream _frame = new(target);
    private readonly Dictionary<long, byte[]> _files = [];
    private TarWriter? _tar;

    protected override string Kind => "tar";

    private TarWriter Tar => _tar ??= new TarWriter(_frame);

    /// <summary>Ends archive and frame.</summary>
    public void Complete()
    {
        Tar.Finish();
        _frame.Complete();
    }

    public void Dispose() => _frame.Dispose();

    protected override Action? Prepare(string name, PxarEntry entry, PxarContentStream? content)
    {
        if (entry.Type == CatalogEntryType.Socket) return null;
        if (entry.Type == CatalogEntryType.SymbolicLink && entry.LinkTarget.Length == 0)
        {
            throw new PbsFormatException(PbsErrorId.ArchiveInvalid, "a symbolic link that leads nowhere");
        }

        if (entry.DeviceMajor > uint.MaxValue || entry.DeviceMinor > uint.MaxValue)
        {
            throw new PbsFormatException(PbsErrorId.ArchiveInvalid, "a device with numbers that no system has");
        }

        // A path is shown with what is no text escaped; tar takes any bytes.
        byte[] bytes = EscapedName.Parse(name);
        byte[]? known = null;
        bool isLink = content is not null
            && !_files.TryAdd(entry.Position, bytes)
            && _files.TryGetValue(entry.Position, out known);
        var item = new TarItem(isLink ? TarKind.HardLink : KindOf(entry.Type), bytes)
        {
            LinkName = known ?? entry.LinkTarget,
            Permissions = entry.Stat.Permissions,
            UserId = entry.Stat.UserId,
            GroupId = entry.Stat.GroupId,

            // What no calendar has, other programs refuse.
            Seconds = entry.Stat.LastWriteTime is null ? 0 : entry.Stat.Seconds,
            Size = isLink ? 0 : entry.Size,
            DeviceMajor = (uint)entry.DeviceMajor,
            DeviceMinor = (uint)entry.DeviceMinor,
        };
        return () => Tar.Add(item, isLink ? null : content);
    }

    private static TarKind KindOf(CatalogEntryType type) => type switch
    {
        CatalogEntryType.Directory => TarKind.Directory,
        CatalogEntryType.SymbolicLink => TarKind.SymbolicLink,
        CatalogEntryType.BlockDevice => TarKind.BlockDevice,
        CatalogEntryType.CharacterDevice => TarKind.CharacterDevice,
        CatalogEntryType.Fifo => TarKind.Fifo,
        _ => TarKind.File,
    };
}
