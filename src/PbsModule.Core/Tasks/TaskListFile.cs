using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tasks;

/// <summary>Reads one file of task list lines, compressed or not, as far as it is whole.</summary>
internal static class TaskListFile
{
    public const string Compressed = ".zst";

    /// <summary>The most bytes of one list, unpacked. PBS rotates at half a megabyte.</summary>
    private const int LargestFile = 256 << 20;

    private const int PieceSize = 64 << 10;

    /// <summary>The entries in the file's order.</summary>
    /// <param name="path">For messages, and whether it is compressed.</param>
    /// <param name="file">Open for reading.</param>
    /// <param name="damage">What is done about damage.</param>
    /// <param name="report">Told of lines that are left out.</param>
    /// <param name="failure">Why the file could not be read to its end; null if it could.</param>
    public static List<TaskListEntry> Read(
        string path,
        SafeFileHandle file,
        TaskDamage damage,
        Action<ListingProblem> report,
        out PbsException? failure)
    {
        ReadOnlyMemory<byte> content = Content(path, file, out failure);
        if (failure is not null && damage == TaskDamage.AsServer) return [];
        try
        {
            return TaskListText.Parse(content.Span, damage, Reporter(path, report));
        }
        catch (PbsFormatException e)
        {
            failure = e.In(path);
            return [];
        }
    }

    /// <summary>As above, what can be read of it, the last line first and only as far as it is asked for.</summary>
    public static IEnumerable<TaskListEntry> ReadFromEnd(
        string path,
        SafeFileHandle file,
        Action<ListingProblem> report,
        out PbsException? failure) =>
        TaskListText.ParseFromEnd(Content(path, file, out failure), Reporter(path, report));

    private static Action<string> Reporter(string path, Action<ListingProblem> report) =>
        line => report(new ListingProblem(PbsErrorId.TaskListInvalid, line, path, ListingProblemKind.Warning));

    /// <summary>The lines, unpacked; those before a failure where it breaks off.</summary>
    private static ReadOnlyMemory<byte> Content(string path, SafeFileHandle file, out PbsException? failure)
    {
        failure = null;
        try
        {
            byte[] content = NativeFile.ReadAll(file, LargestFile);
            return path.EndsWith(Compressed, StringComparison.Ordinal) ? Unpack(content, out failure) : content;
        }
        catch (PbsFormatException e)
        {
            failure = e.In(path);
        }
        catch (PbsPlatformException e)
        {
            failure = e;
        }
        catch (OsErrorException e)
        {
            failure = Unreadable(path, e);
        }

        return default;
    }

    /// <summary>As above, nothing where there is no file.</summary>
    public static List<TaskListEntry> Read(
        string path,
        TaskDamage damage,
        Action<ListingProblem> report,
        out PbsException? failure)
    {
        failure = null;
        try
        {
            using SafeFileHandle file = NativeFile.OpenRead(path);
            return Read(path, file, damage, report, out failure);
        }
        catch (OsErrorException e)
        {
            if (!e.Is(OsError.ENOENT)) failure = Unreadable(path, e);
            return [];
        }
    }

    public static PbsException Unreadable(string path, OsErrorException cause) =>
        cause.As(PbsErrorId.TaskListUnreadable, $"unable to read \"{path}\"", path);

    /// <summary>The lines that come out of an archive before it breaks off.</summary>
    private static byte[] Unpack(byte[] frames, out PbsException? failure)
    {
        failure = null;
        using var content = new MemoryStream();
        try
        {
            using var zstd = new ZstdReadStream(new MemoryStream(frames));
            byte[] piece = new byte[PieceSize];
            int read;
            while ((read = zstd.Read(piece)) > 0)
            {
                content.Write(piece, 0, read);
                if (content.Length > LargestFile)
                {
                    throw new PbsFormatException(
                        PbsErrorId.TaskListInvalid,
                        $"task list is larger than {LargestFile} bytes");
                }
            }
        }
        catch (PbsFormatException e)
        {
            failure = e;
            ReadOnlySpan<byte> whole = content.GetBuffer().AsSpan(0, (int)content.Length);
            return whole[..(whole.LastIndexOf((byte)'\n') + 1)].ToArray();
        }

        return content.ToArray();
    }
}
