using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Unicode;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// Packs an entry of an archive, a directory with all that is in it, into one file. Names are relative to the directory above it. Source:
/// PBS GET pxar-file-download.
/// </summary>
internal abstract class ArchivePacker(ArchiveReader archive, ArchiveWork work, bool allowMissing, CancellationToken cancellation)
{
    /// <summary>Packs it.</summary>
    /// <param name="top">What is packed; the root of the archive gets no entry of its own.</param>
    /// <exception cref="PbsException">Content cannot be had.</exception>
    public void Run(ArchiveNode top)
    {
        int cut = top.Path.Length - (top.Path.Length == 1 ? 0 : top.Name.Length);
        var query = new CatalogQuery { Archives = [NameFilter.Literal(top.Archive)], Depth = int.MaxValue };
        if (top.Path.Length > 1) Add(top, cut);
        if (!top.Entry.IsDirectory) return;
        var listing = new ArchiveListing(archive.Pxar, top.Archive, query, (node, error) => work.Fail(node.Path, error));
        foreach (ArchiveNode node in listing.Content(top, cancellation)) Add(node, cut);
    }

    protected abstract void Add(string name, ArchiveNode node);

    /// <summary>A file's content.</summary>
    protected PxarContentStream Open(ArchiveNode node, PxarEntry file) =>
        new(archive, file, allowMissing ? gap => work.Gap(node.Path, gap) : null, cancellation);

    protected PxarEntry Follow(PxarEntry link) => archive.Pxar.FollowHardLink(link);

    protected void Refuse(ArchiveNode node, PbsException error) => work.Fail(node.Path, error);

    private void Add(ArchiveNode node, int cut)
    {
        cancellation.ThrowIfCancellationRequested();
        Add(node.Path[cut..] + (node.Entry.IsDirectory ? "/" : ""), node);
        work.Done(node.Path);
    }
}

/// <summary>Files, hard links as the files they are one with, and directories; what zip has no notion of is left out.</summary>
internal sealed class ZipPacker(Stream target, ArchiveReader archive, ArchiveWork work, bool allowMissing, CancellationToken cancellation)
    : ArchivePacker(archive, work, allowMissing, cancellation), IDisposable
{
    private const int DirectoryBit = 0x10;

    // What the date of an entry can say.
    private static readonly DateTimeOffset First = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Last = new(2107, 12, 31, 23, 59, 58, TimeSpan.Zero);

    private readonly ZipArchive _zip = new(target, ZipArchiveMode.Create, leaveOpen: true);

    public void Dispose() => _zip.Dispose();

    protected override void Add(string name, ArchiveNode node)
    {
        PxarEntry entry = node.Entry;
        if (entry.Type is not (CatalogEntryType.File or CatalogEntryType.HardLink or CatalogEntryType.Directory)) return;
        if (entry.Type == CatalogEntryType.HardLink) entry = Follow(entry);
        ZipArchiveEntry packed = _zip.CreateEntry(name, CompressionLevel.Fastest);
        packed.LastWriteTime = entry.Stat.LastWriteTime is { } time && time >= First && time <= Last ? time : First;
        packed.ExternalAttributes = (int)(entry.Stat.Mode << 16) | (entry.IsDirectory ? DirectoryBit : 0);
        if (entry.IsDirectory) return;
        using PxarContentStream content = Open(node, entry);
        using Stream data = packed.Open();
        content.CopyTo(data);
    }
}

/// <summary>Everything but sockets, with owners, modes and times; hard links as links where their target is in it, too.</summary>
internal sealed class TarPacker(Stream target, ArchiveReader archive, ArchiveWork work, bool allowMissing, CancellationToken cancellation)
    : ArchivePacker(archive, work, allowMissing, cancellation), IDisposable
{
    private readonly ZstdWriteStream _frame = new(target);
    private readonly Dictionary<long, string> _files = [];
    private TarWriter? _tar;

    private TarWriter Tar => _tar ??= new TarWriter(_frame, TarEntryFormat.Gnu, leaveOpen: true);

    /// <summary>Ends archive and frame.</summary>
    public void Complete()
    {
        Tar.Dispose();
        _frame.Complete();
    }

    public void Dispose() => _frame.Dispose();

    protected override void Add(string name, ArchiveNode node)
    {
        PxarEntry entry = node.Entry;
        if (entry.Type == CatalogEntryType.Socket) return;
        if (entry.Type == CatalogEntryType.HardLink) entry = Follow(entry);
        if (entry.Type == CatalogEntryType.File && !_files.TryAdd(entry.Position, name))
        {
            Write(new GnuTarEntry(TarEntryType.HardLink, name) { LinkName = _files[entry.Position] }, entry, node);
            return;
        }

        GnuTarEntry packed = new(TypeOf(entry.Type), name);
        if (entry.Type == CatalogEntryType.SymbolicLink) packed.LinkName = Utf8.IsValid(entry.LinkTarget.Span) ? System.Text.Encoding.UTF8.GetString(entry.LinkTarget.Span) : PxarName.Shown(entry.LinkTarget.Span);
        if (entry.Type is not CatalogEntryType.File)
        {
            Write(packed, entry, node);
            return;
        }

        using PxarContentStream content = Open(node, entry);
        packed.DataStream = content;
        Write(packed, entry, node);
    }

    private void Write(GnuTarEntry packed, PxarEntry entry, ArchiveNode node)
    {
        packed.Mode = (UnixFileMode)entry.Stat.Permissions;
        packed.ModificationTime = entry.Stat.LastWriteTime ?? DateTimeOffset.UnixEpoch;
        try
        {
            packed.Uid = checked((int)entry.Stat.UserId);
            packed.Gid = checked((int)entry.Stat.GroupId);
            if (entry.Type is CatalogEntryType.BlockDevice or CatalogEntryType.CharacterDevice)
            {
                packed.DeviceMajor = checked((int)entry.DeviceMajor);
                packed.DeviceMinor = checked((int)entry.DeviceMinor);
            }
        }
        catch (Exception e) when (e is OverflowException or ArgumentOutOfRangeException)
        {
            Refuse(node, new PbsFormatException(PbsErrorId.ArchiveInvalid, $"\"{node.Path}\" has numbers that tar cannot hold", inner: e));
            return;
        }

        Tar.WriteEntry(packed);
    }

    private static TarEntryType TypeOf(CatalogEntryType type) => type switch
    {
        CatalogEntryType.Directory => TarEntryType.Directory,
        CatalogEntryType.SymbolicLink => TarEntryType.SymbolicLink,
        CatalogEntryType.BlockDevice => TarEntryType.BlockDevice,
        CatalogEntryType.CharacterDevice => TarEntryType.CharacterDevice,
        CatalogEntryType.Fifo => TarEntryType.Fifo,
        _ => TarEntryType.RegularFile,
    };
}
