using System.Buffers.Text;
using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Chunks;

/// <summary>
/// What is done with the files of a chunk store. Implemented by structs, one for each thread: calls are direct, and
/// nobody but its own thread uses one.
/// </summary>
internal interface IChunkVisitor
{
    /// <summary>A file that is a chunk by its name. What this throws ends the scan.</summary>
    void Visit(in ChunkFile file);

    /// <summary>One of the 65,536 folders has been seen to its end, or is not there.</summary>
    void Leave(int prefix);

    /// <summary>A folder cannot be read. What this throws ends the scan, else it goes on.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="error">The system's number; ELOOP for a link.</param>
    void Unreadable(string path, int error);
}

/// <summary>
/// Goes through all files of a chunk store, on one thread or several. No object is made for a file or a folder. Files
/// with other names than those of chunks are passed over, and so are files that vanish or of which the system tells
/// nothing.
/// </summary>
/// <param name="access">The way folders are opened.</param>
/// <param name="path">Full path of <c>.chunks</c>.</param>
internal sealed class ChunkFolderScan(FolderAccess access, string path)
{
    /// <summary>Folders of a chunk store, named 0000 to ffff.</summary>
    public const int FolderCount = 1 << 16;

    // Folders a thread takes at a time: few enough for all threads to end together, neighbours for the file system's
    // sake.
    private const int BlockSize = 64;

    private const int Samples = 16;
    private const int MostThreads = 4;
    private const int ThreadsOnWaiting = 8;

    /// <summary>From here on a folder was not in memory, but had to be waited for.</summary>
    private static readonly TimeSpan Waiting = TimeSpan.FromMicroseconds(300);

    /// <summary>Which folder <c>.chunks</c> has to be; null where any will do.</summary>
    public FileIdentity? Expected { get; init; }

    /// <summary>The name of a folder: four lower-case hex digits.</summary>
    public static string NameOf(int prefix) => prefix.ToString("x4", CultureInfo.InvariantCulture);

    /// <summary>Why a folder of chunks cannot be used: the error that a visitor was told.</summary>
    public static PbsException Failure(string path, int error) => error == OsError.ELOOP
        ? new PbsConflictException(
            PbsErrorId.SymbolicLinkRefused,
            $"{PathText.Quote(path)} is a symbolic link where a folder of chunks belongs; it is not followed",
            path)
        {
            RecommendedAction = "Put the folder itself in place of the link, or mount it there. "
                + "The chunks behind the link may be those of another datastore.",
        }
        : new OsErrorException(error, path)
            .As(PbsErrorId.DirectoryUnreadable, $"unable to read chunk folder {PathText.Quote(path)}", path);

    /// <summary>Finds out that no link stands in the place of a folder of chunks.</summary>
    /// <returns>Which folder <c>.chunks</c> is.</returns>
    /// <exception cref="PbsConflictException">One does.</exception>
    /// <exception cref="PbsStorageException"><c>.chunks</c> cannot be read.</exception>
    public FileIdentity DemandFolders()
    {
        using Folder root = Open();
        var entries = new EntryList();
        if (root.List(entries) is int error and not 0) throw Unreadable(error);
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries.Kind(i) != EntryKind.Link || !TryParseName(entries.Name(i), out ushort prefix)) continue;
            throw Failure(Path.Combine(path, NameOf(prefix)), OsError.ELOOP);
        }

        if (root.StampOf(out FolderStamp stamp) is int unknown and not 0) throw Unreadable(unknown);
        return stamp.Identity;
    }

    /// <summary>Finds out that the path still leads to the folder that is expected.</summary>
    /// <exception cref="PbsStorageException">It does not.</exception>
    public void DemandSame() => Open().Dispose();

    /// <param name="visitors">One for each thread; when the scan has ended they are in the state their threads left
    /// them in.</param>
    /// <param name="cancellation">Ends the scan between two folders.</param>
    /// <exception cref="PbsStorageException"><c>.chunks</c> cannot be opened.</exception>
    public void Run<TVisitor>(TVisitor[] visitors, CancellationToken cancellation)
        where TVisitor : struct, IChunkVisitor => Run(visitors, PrefixRange.All, cancellation);

    /// <param name="visitors">As for the scan of all folders.</param>
    /// <param name="range">Which folders.</param>
    /// <param name="cancellation">Ends the scan between two folders.</param>
    /// <exception cref="PbsStorageException"><c>.chunks</c> cannot be opened.</exception>
    public void Run<TVisitor>(TVisitor[] visitors, PrefixRange range, CancellationToken cancellation)
        where TVisitor : struct, IChunkVisitor
    {
        var work = new Work(range, FindFolders(), cancellation);
        var threads = new Thread[visitors.Length - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            int own = i + 1;
            threads[i] = new Thread(() => work.Guard(() => Visit(ref visitors[own], work)))
            {
                IsBackground = true,
                Name = "chunk scan",
            };
            threads[i].Start();
        }

        work.Guard(() => Visit(ref visitors[0], work));
        foreach (Thread thread in threads) thread.Join();
        work.Failure?.Throw();
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Threads that suit the store: as many as there are processors, up to four, where the system has the folders in
    /// memory; more where each of them is a wait for the disk. Found by looking at a few.
    /// </summary>
    public int ChooseThreads()
    {
        using Folder root = Open();
        long start = Stopwatch.GetTimestamp();
        TrySamples(root);
        return Stopwatch.GetElapsedTime(start) > Samples * Waiting
            ? ThreadsOnWaiting
            : Math.Clamp(Environment.ProcessorCount, 1, MostThreads);
    }

    /// <summary>Reads a few of the folders.</summary>
    /// <returns>False if one of them is not there.</returns>
    private static bool TrySamples(Folder root)
    {
        Folder? child = null;
        var entries = new EntryList();
        Span<byte> name = stackalloc byte[4];
        bool areThere = true;
        for (int i = 0; i < Samples; i++)
        {
            _ = (i * (FolderCount / Samples)).TryFormat(name, out _, "x4", CultureInfo.InvariantCulture);
            if (root.OpenFolder(name, ref child) == 0) _ = child!.List(entries);
            else areThere = false;
        }

        child?.Dispose();
        return areThere;
    }

    private Folder Open()
    {
        int error = access.Open(path, out Folder? opened);
        if (error != 0) throw Unreadable(error);
        if (Expected is not { } expected) return opened!;
        error = opened!.StampOf(out FolderStamp stamp);
        if (error == 0 && stamp.Identity == expected) return opened;
        opened.Dispose();
        throw error != 0 ? Unreadable(error) : new PbsStorageException(
            PbsErrorId.DatastoreUnavailable,
            $"chunk store {PathText.Quote(path)} is another folder than before: its file system was unmounted or "
                + "exchanged",
            path,
            null)
        {
            RecommendedAction = "Mount the file system of the datastore again, then repeat the command.",
        };
    }

    private PbsException Unreadable(int error) =>
        new OsErrorException(error, path).As(
            PbsErrorId.DirectoryUnreadable,
            $"unable to open chunk store {PathText.Quote(path)}",
            path);

    /// <summary>
    /// The folders that may be there. A server makes all of them; in a copy most are missing, and asking for each would
    /// take longer than all the rest.
    /// </summary>
    private BitArray FindFolders()
    {
        using Folder root = Open();
        if (TrySamples(root)) return new BitArray(FolderCount, true);
        var entries = new EntryList();
        if (root.List(entries) is int error and not 0) throw Unreadable(error);
        var found = new BitArray(FolderCount);
        for (int i = 0; i < entries.Count; i++)
        {
            if (TryParseName(entries.Name(i), out ushort prefix)) found[prefix] = true;
        }

        return found;
    }

    private static bool TryParseName(ReadOnlySpan<byte> name, out ushort prefix)
    {
        bool isHex = Utf8Parser.TryParse(name, out prefix, out int length, 'x') && length == name.Length;
        return isHex && name.Length == 4 && !name.ContainsAnyInRange((byte)'A', (byte)'F');
    }

    private void Visit<TVisitor>(ref TVisitor place, Work work)
        where TVisitor : struct, IChunkVisitor
    {
        TVisitor visitor = place;
        using Folder root = Open();
        Folder? child = null;
        try
        {
            var entries = new EntryList();
            while (work.Next() is { } block)
            {
                for (int prefix = block; prefix < Math.Min(block + BlockSize, work.End) && !work.IsOver; prefix++)
                {
                    if (work.Folders[prefix]) VisitFolder(root, ref child, entries, prefix, ref visitor);
                    visitor.Leave(prefix);
                }
            }
        }
        finally
        {
            child?.Dispose();
            place = visitor;
        }
    }

    private void VisitFolder<TVisitor>(
        Folder root,
        ref Folder? child,
        EntryList entries,
        int prefix,
        ref TVisitor visitor)
        where TVisitor : struct, IChunkVisitor
    {
        Span<byte> name = stackalloc byte[4];
        _ = prefix.TryFormat(name, out _, "x4", CultureInfo.InvariantCulture);
        int error = root.OpenFolder(name, ref child);
        if (error == 0) error = child!.List(entries);
        if (error == 0) VisitEntries(child!, entries, prefix, ref visitor);
        else if (error != OsError.ENOENT)
        {
            visitor.Unreadable(Path.Combine(path, NameOf(prefix)), IsLink(root, name, error) ? OsError.ELOOP : error);
        }
    }

    /// <summary>A link that is not followed is no folder to the system.</summary>
    private static bool IsLink(Folder root, ReadOnlySpan<byte> name, int error) =>
        error == OsError.ENOTDIR && root.KindOf(name, out EntryKind kind) == 0 && kind == EntryKind.Link;

    private static void VisitEntries<TVisitor>(Folder folder, EntryList entries, int prefix, ref TVisitor visitor)
        where TVisitor : struct, IChunkVisitor
    {
        for (int i = 0; i < entries.Count; i++)
        {
            ReadOnlySpan<byte> name = entries.Name(i);
            if (entries.Kind(i) == EntryKind.File && ChunkFile.TryParseName(name, out Digest digest)
                && folder.StatusOf(name, out EntryStatus status) == 0 && status.Kind == EntryKind.File)
            {
                visitor.Visit(ChunkFile.Of(folder, prefix, name, digest, status));
            }
        }
    }

    /// <summary>What the threads share: which folders are next, and whether it is over.</summary>
    private sealed class Work(PrefixRange range, BitArray folders, CancellationToken cancellation)
    {
        private int _next = range.Start;
        private ExceptionDispatchInfo? _failure;

        public BitArray Folders => folders;

        public int End => range.End;

        public ExceptionDispatchInfo? Failure => _failure;

        public bool IsOver => Volatile.Read(ref _failure) is not null || cancellation.IsCancellationRequested;

        /// <summary>The first folder of the next block; null when there is none.</summary>
        public int? Next()
        {
            int block = Interlocked.Add(ref _next, BlockSize) - BlockSize;
            return block < range.End && !IsOver ? block : null;
        }

        /// <summary>The first failure of a thread ends the work of all.</summary>
        public void Guard(Action work)
        {
            try
            {
                work();
            }
#pragma warning disable CA1031 // Thrown on the caller's thread, whatever it is.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            }
        }
    }
}
