using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Storage;

/// <summary>Opens the index files of snapshots, and names the file in every error.</summary>
public static class IndexFile
{
    /// <summary>
    /// Larger indexes are not loaded as a whole: 13 million dynamic entries, 16 million fixed ones (64 TiB in chunks of
    /// 4 MiB). <see cref="Pass(string, bool)"/> has no such limit.
    /// </summary>
    private const int LargestLoaded = 512 << 20;

    /// <summary>
    /// Loads an index to look up chunks in it. Its kind is that of its name: <c>.fidx</c> or <c>.didx</c>.
    /// </summary>
    /// <param name="path">Full path.</param>
    /// <exception cref="PbsFormatException">Not a well-formed index.</exception>
    /// <exception cref="PbsNotFoundException">There is no such file.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public static ChunkIndex Open(string path) => Load(path, path, ReadOnlyFile.Open);

    /// <inheritdoc cref="Open(string)"/>
    /// <param name="content">The snapshot.</param>
    /// <param name="fileName">Name of the index in it.</param>
    internal static ChunkIndex Open(ISnapshotContent content, string fileName) =>
        Load(content.PathOf(fileName), fileName, content.OpenFile);

    private static ChunkIndex Load(string path, string name, Func<string, IRawFile> open)
    {
        IndexKind kind = KindOf(path);
        try
        {
            using IRawFile file = open(name);
            if (file.Length > LargestLoaded) throw IndexHeader.TooLarge(file.Length);
            byte[] content = GC.AllocateUninitializedArray<byte>((int)file.Length);
            int length = file.Read(content, 0);
            return ChunkIndex.Parse(kind, content.AsMemory(0, length));
        }
        catch (PbsFormatException e)
        {
            throw e.In(path);
        }
        catch (OsErrorException e)
        {
            throw Unreadable(kind, path, e);
        }
    }

    /// <summary>Opens an index for one pass over its entries, whatever their number.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="checksum">Compute the checksum on the way.</param>
    /// <exception cref="PbsFormatException">Not a well-formed index.</exception>
    /// <exception cref="PbsNotFoundException">There is no such file.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public static IndexPass Pass(string path, bool checksum) =>
        new(KindOf(path), path, path, ReadOnlyFile.Open, checksum);

    /// <inheritdoc cref="Pass(string, bool)"/>
    /// <param name="content">The snapshot.</param>
    /// <param name="fileName">Name of the index in it.</param>
    /// <param name="checksum">Compute the checksum on the way.</param>
    internal static IndexPass Pass(ISnapshotContent content, string fileName, bool checksum)
    {
        string path = content.PathOf(fileName);
        return new IndexPass(KindOf(path), path, fileName, content.OpenFile, checksum);
    }

    /// <summary>The sentence PBS logs when an index cannot be opened.</summary>
    /// <param name="kind">Which one it should be.</param>
    /// <param name="path">Full path.</param>
    /// <param name="reason">What is wrong: <see cref="PbsFormatException.Reason"/>, or the system's words.</param>
    public static string OpenFailure(IndexKind kind, string path, string reason) =>
        $"Unable to open {(kind == IndexKind.Fixed ? "fixed" : "dynamic")} index \"{path}\" - {reason}";

    /// <summary>Whether a file of a snapshot is an index, by its name, and of which kind.</summary>
    public static bool TryKindOf(ReadOnlySpan<char> name, out IndexKind kind)
    {
        kind = name.EndsWith(".fidx", StringComparison.Ordinal) ? IndexKind.Fixed : IndexKind.Dynamic;
        return kind == IndexKind.Fixed || name.EndsWith(".didx", StringComparison.Ordinal);
    }

    /// <summary>An index is not the one it was when its checksum was found right.</summary>
    internal static PbsFormatException Changed(string path) =>
        new(PbsErrorId.IndexInvalid, "the index has changed while it was read", 0, path);

    internal static PbsException Unreadable(IndexKind kind, string path, OsErrorException e) => e.Is(OsError.ENOENT)
        ? new PbsNotFoundException(PbsErrorId.SnapshotFileNotFound, OpenFailure(kind, path, e.Message), path, e)
        : e.As(PbsErrorId.FileUnreadable, OpenFailure(kind, path, "")[..^" - ".Length], path);

    private static IndexKind KindOf(string path) => TryKindOf(path, out IndexKind kind) ? kind
        : throw new PbsArgumentException(
            PbsErrorId.IndexInvalid,
            $"'{Path.GetFileName(path)}' is no index: its name ends neither in .fidx nor in .didx",
            path);
}
