using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

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
    public static List<TaskListEntry> Read(string path, SafeFileHandle file, TaskDamage damage, Action<ListingProblem> report, out PbsException? failure)
    {
        failure = null;
        try
        {
            byte[] content = NativeFile.ReadAll(file, LargestFile);
            if (path.EndsWith(Compressed, StringComparison.Ordinal)) content = Unpack(content, out failure);
            if (failure is not null && damage == TaskDamage.AsServer) return [];
            return TaskListText.Parse(content, damage, line => report(new ListingProblem(PbsErrorId.TaskListInvalid, line, path, ListingProblemKind.Warning)));
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

        return [];
    }

    /// <summary>As above, nothing where there is no file.</summary>
    public static List<TaskListEntry> Read(string path, TaskDamage damage, Action<ListingProblem> report, out PbsException? failure)
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

    public static PbsException Unreadable(string path, OsErrorException cause) => cause.As(PbsErrorId.TaskListUnreadable, $"unable to read \"{path}\"", path);

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
                if (content.Length > LargestFile) throw new PbsFormatException(PbsErrorId.TaskListInvalid, $"task list is larger than {LargestFile} bytes");
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
