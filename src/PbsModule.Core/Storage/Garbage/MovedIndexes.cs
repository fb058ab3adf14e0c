using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>
/// The list in which a server of 4.x writes the new paths of indexes before it moves their snapshots, for the
/// collection that is under way. A server's next collection empties it; we leave it as it is.
/// </summary>
internal static class MovedIndexes
{
    private const int MaxLength = 64 << 20;

    /// <summary>
    /// Full paths of indexes, each once; none where there is no list. They need not be there: not yet, or not any more.
    /// </summary>
    /// <param name="journal">Full path of the list.</param>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public static IEnumerable<string> Read(string journal)
    {
        byte[]? content;
        try
        {
            content = NativeFile.TryReadAll(journal, MaxLength);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.FileUnreadable, $"unable to read move journal {PathText.Quote(journal)}", journal);
        }

        return content is null ? [] : Encoding.UTF8.GetString(content).Split('\n')
            .Where(static path => Path.IsPathRooted(path) && IndexFile.TryKindOf(path, out _)).Distinct();
    }
}
