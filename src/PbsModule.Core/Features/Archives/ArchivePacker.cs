using System.IO.Compression;
using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Formats.Tar;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Restore;

namespace PbsModule.Core.Features.Archives;

/// <summary>
/// Packs an entry of an archive, a directory with everything in it, into one file. Names are relative to its parent
/// directory. Source: PBS GET pxar-file-download.
/// </summary>
internal abstract class ArchivePacker(
    ArchiveReader archive,
    ArchiveWork work,
    bool allowMissing,
    CancellationToken cancellation)
{
    /// <summary>Packs an entry.</summary>
    /// <param name="top">The entry to pack; the root of the archive gets no entry of its own.</param>
    /// <exception cref="PbsException">Content cannot be read.</exception>
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

    /// <summary>Prepares an entry without writing anything yet.</summary>
    /// <param name="name">Name in the pack.</param>
    /// <param name="entry">The entry; for a hard link its target.</param>
    /// <param name="content">Content of a file.</param>
    /// <returns>An action that writes the entry; null for a type that the format does not support.</returns>
    /// <exception cref="PbsFormatException">The entry does not fit into the format.</exception>
    protected abstract Action? Prepare(string name, PxarEntry entry, PxarContentStream? content);

    /// <summary>Name of the format for messages.</summary>
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

    /// <summary>
    /// Prepares an entry. A failure affects no other entry as long as nothing of this one is written.
    /// </summary>
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
/// Packs files, directories, and hard links as copies of their files. Types that zip does not support are left out.
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

    // The range of dates in a zip entry.
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

            // Set from the actual type: an unpacker makes a link of any entry whose mode says so.
            uint kind = entry.IsDirectory ? DirectoryMode : FileMode;
            int mode = (int)((kind | entry.Stat.Permissions) << 16);
            packed.ExternalAttributes = mode | (entry.IsDirectory ? DirectoryBit : 0);
            if (content is null) return;
            using Stream data = packed.Open();
            content.CopyTo(data);
        };
    }

    /// <summary>Whether Windows would unpack a name outside the target folder.</summary>
    private static bool LeadsOut(string name) =>
        name[0] == '\\'
        || (name.Length > 1 && name[1] == ':' && char.IsAsciiLetter(name[0]))
        || name.Split('/', '\\').Contains("..");
}

/// <summary>
/// Packs everything but sockets, with owners, modes and times. Hard links stay links if the pack contains their target.
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

    /// <summary>Completes the archive and the frame.</summary>
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

        // Displayed paths escape bytes that are not text; tar accepts any bytes.
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

            // Other programs refuse times outside the calendar.
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
