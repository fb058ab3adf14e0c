using System.Buffers.Binary;
using System.Security.Cryptography;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Restore;
using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Storage.Restore;

/// <summary>
/// Writes single entries into an open folder: under a temporary name until content and metadata are complete, so that
/// under its own name nothing half is ever to be seen, and what it replaces goes in one step.
/// </summary>
internal sealed class EntryWriter(
    ArchiveReader archive,
    RestoreOptions options,
    RestoreCounts counts,
    IRestoreListener listener,
    CancellationToken cancellation)
{
    private const int Block = 4096;

    private readonly EntryMetadata _metadata = new(options.Owners, listener);
    private readonly byte[] _temporary = [.. ".pbs-restore-"u8, .. Convert
        .ToHexStringLower(RandomNumberGenerator.GetBytes(8))
        .Select(c => (byte)c), .. new byte[8]];
    private uint _number;

    public EntryMetadata Metadata => _metadata;

    /// <summary>Writes a file with its content.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="name">What it is called; of a hard link that became a file of its own, the link's name.</param>
    /// <param name="file">Content and metadata.</param>
    /// <param name="path">Its path in the archive, for messages.</param>
    /// <returns>See <see cref="TargetFile.Identity"/>.</returns>
    /// <exception cref="PbsException">It cannot be read, or not be written; then nothing of it is there.</exception>
    public ulong WriteFile(TargetFolder folder, ReadOnlySpan<byte> name, PxarEntry file, Func<string> path)
    {
        byte[] temporary = NextTemporary();
        Demand(folder.CreateFile(temporary, out TargetFile? target), path);
        try
        {
            using (target)
            {
                _metadata.ApplyBeforeContent(target!, file, path);
                Copy(file, target!, path);
                _metadata.Apply(target!, file, path);
                Demand(folder.Rename(temporary, name, options.Existing == ExistingEntries.Replace), path);
                _metadata.ApplyAtTheEnd(target!, file, path);
                counts.Files++;
                counts.Bytes += file.Size;
                return target!.Identity;
            }
        }
        catch
        {
            folder.Remove(temporary);
            throw;
        }
        finally
        {
            counts.Underway = 0;
        }
    }

    public void WriteSymbolicLink(TargetFolder folder, PxarEntry link, Func<string> path)
    {
        // The system would say what it says of a folder that is gone.
        if (link.LinkTarget.Length == 0)
        {
            throw new PbsFormatException(
                PbsErrorId.ArchiveInvalid,
                $"\"{path()}\": a symbolic link that leads nowhere");
        }

        byte[] temporary = NextTemporary();
        Demand(folder.CreateSymbolicLink(temporary, link.LinkTarget.Span), path);
        Finish(folder, temporary, link, path);
        counts.SymbolicLinks++;
    }

    /// <summary>A device, fifo or socket.</summary>
    public void WriteNode(TargetFolder folder, PxarEntry node, Func<string> path)
    {
        const uint kindMask = 0xF000, nobodyElse = 0x180;
        byte[] temporary = NextTemporary();
        Demand(
            folder.CreateNode(temporary, (node.Stat.Mode & kindMask) | nobodyElse, node.DeviceMajor, node.DeviceMinor),
            path);
        Finish(folder, temporary, node, path);
        counts.SpecialFiles++;
    }

    /// <summary>Gives a file that was restored another name. False where the file system does not let us.</summary>
    public bool TryWriteHardLink(
        TargetFolder folder,
        PxarEntry link,
        TargetFolder from,
        ReadOnlySpan<byte> existing,
        Func<string> path)
    {
        byte[] temporary = NextTemporary();
        if (folder.CreateHardLink(temporary, from, existing) != 0) return false;
        try
        {
            Demand(folder.Rename(temporary, link.Name.Span, options.Existing == ExistingEntries.Replace), path);
            counts.HardLinks++;
            return true;
        }
        finally
        {
            // Two names of one file stay two when one is to become the other.
            folder.Remove(temporary);
        }
    }

    private void Finish(TargetFolder folder, byte[] temporary, PxarEntry entry, Func<string> path)
    {
        try
        {
            Demand(folder.OpenEntry(temporary, out TargetEntry? made), path);
            using (made) _metadata.Apply(made!, entry, path);
            Demand(folder.Rename(temporary, entry.Name.Span, options.Existing == ExistingEntries.Replace), path);
        }
        catch
        {
            folder.Remove(temporary);
            throw;
        }
    }

    private void Copy(PxarEntry file, TargetFile target, Func<string> path)
    {
        if (file.Size == 0) return;
        var sink = new EntrySink(target, error => Demand(error, path));
        new ContentCopy(archive, file, options.AllowMissingChunk
            ? gap => listener.Gap(path(), gap)
            : null).To(sink, done => counts.Underway = done, cancellation);
        if (sink.End < file.Size) Demand(target.SetLength(file.Size), path);
        Demand(target.Flush(), path);
    }

    private byte[] NextTemporary()
    {
        Span<byte> number = _temporary.AsSpan(^8..);
        for (int i = 0; i < number.Length; i++) number[i] = (byte)"0123456789abcdef"[(int)(_number >> (4 * i)) & 0xF];
        _number++;
        return _temporary;
    }

    public void Demand(int error, Func<string> path)
    {
        if (error != 0) throw Failure(error, path());
    }

    /// <summary>A failure to write; those after which nothing else could be written either end the whole.</summary>
    private PbsException Failure(int error, string path)
    {
        string place = options.Destination + path.Replace('/', Path.DirectorySeparatorChar);
        var cause = new OsErrorException(error, place);
        return error == OsError.EEXIST
            ? new PbsConflictException(
                PbsErrorId.RestoreTargetExists, $"{PathText.Quote(place)} exists already", place)
            {
                RecommendedAction = "-Force replaces files, -NoClobber leaves them; both go into folders.",
            }
            : cause.As(IsFatal(error)
                ? PbsErrorId.RestoreTargetUnusable
                : PbsErrorId.RestoreFailed, $"unable to write {PathText.Quote(place)}", place);
    }

    public static bool IsFatal(PbsException error) => error.ErrorId == PbsErrorId.RestoreTargetUnusable;

    // ENOENT: the folder we hold open is no longer anywhere.
    private static bool IsFatal(int error) =>
        error is OsError.ENOSPC or OsError.EDQUOT or OsError.EROFS or OsError.EIO or OsError.ENOENT;

    /// <summary>Writes what is not zero.</summary>
    private sealed class EntrySink(TargetFile target, Action<int> demand) : IPlacedSink
    {
        private readonly Lock _lock = new();

        /// <summary>Behind the last byte that was written.</summary>
        public long End { get; private set; }

        public void WriteAt(long offset, ReadOnlySpan<byte> data)
        {
            int start = 0, at = 0;
            while (at < data.Length)
            {
                int length = Math.Min(Block, data.Length - at);
                if (length == Block && !data.Slice(at, length).ContainsAnyExcept((byte)0))
                {
                    if (at > start) Put(offset + start, data[start..at]);
                    start = at + length;
                }

                at += length;
            }

            if (start < data.Length) Put(offset + start, data[start..]);
        }

        public void Reach(long offset)
        {
        }

        private void Put(long offset, ReadOnlySpan<byte> data)
        {
            demand(target.Write(offset, data));
            lock (_lock) End = Math.Max(End, offset + data.Length);
        }
    }
}
