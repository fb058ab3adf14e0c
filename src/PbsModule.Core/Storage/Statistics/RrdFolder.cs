using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Rrd;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Statistics;

/// <summary>
/// The statistics of a server, <c>rrdb</c> in its state folder, as they would be after it had taken in its journals:
/// those are read first, so that nothing is lost between them and databases that are being written. Nothing is written.
/// Source: access-and-admin §9.
/// </summary>
internal sealed class RrdFolder(string path, FolderAccess folders)
{
    /// <summary>Files of PBS have 88 KB at most.</summary>
    private const int LongestDatabase = 16 << 20;

    /// <summary>PBS begins a new journal every half hour.</summary>
    private const int LongestJournal = 64 << 20;

    private const int MostReportedLines = 100;

    private readonly FileContent _content = new();

    public string Path { get; } = path;

    /// <summary>
    /// Databases by their keys. What is damaged is reported; what is in the journals is there all the same, as in PBS.
    /// </summary>
    /// <param name="keys">Paths in the folder: <c>datastore/main/used</c>.</param>
    /// <param name="onProblem">Told of damaged files and lines.</param>
    public IReadOnlyDictionary<string, RrdDatabase> Read(
        IReadOnlyCollection<string> keys,
        Action<ListingProblem> onProblem)
    {
        var wanted = new HashSet<string>(keys, StringComparer.Ordinal);
        List<RrdJournalEntry> journal = ReadJournals(wanted, onProblem);
        var result = new Dictionary<string, RrdDatabase>(StringComparer.Ordinal);
        foreach (string key in keys)
        {
            if (ReadDatabase(key, onProblem) is { } database) result.Add(key, database);
        }

        foreach (RrdJournalEntry entry in journal) Apply(entry, result, onProblem);
        return result;
    }

    private static void Apply(
        RrdJournalEntry entry,
        Dictionary<string, RrdDatabase> databases,
        Action<ListingProblem> onProblem)
    {
        if (!databases.TryGetValue(entry.Path, out RrdDatabase? database))
        {
            databases.Add(entry.Path, database = RrdDatabase.New(entry.Source));
        }

        if (!(entry.Time > database.LastUpdate) || database.TryUpdate(entry.Time, entry.Value, out string? error))
        {
            return;
        }

        onProblem(new ListingProblem(
            PbsErrorId.RrdJournalInvalid,
            $"rrd update failed: {error}",
            entry.Path,
            ListingProblemKind.Information));
    }

    private RrdDatabase? ReadDatabase(string key, Action<ListingProblem> onProblem)
    {
        string file = System.IO.Path.Combine(Path, key.Replace('/', System.IO.Path.DirectorySeparatorChar));
        int error = folders.Open(System.IO.Path.GetDirectoryName(file)!, out Folder? folder);
        if (error == 0)
        {
            using (folder) error = folder!.ReadFile(
                System.Text.Encoding.UTF8.GetBytes(System.IO.Path.GetFileName(file)),
                _content,
                LongestDatabase);
        }

        if (error is OsError.ENOENT or OsError.ENOTDIR) return null;
        try
        {
            if (error == 0) return RrdDatabase.Parse(_content.Bytes);
            Report(
                PbsErrorId.RrdUnreadable,
                $"unable to read {PathText.Quote(file)} - {OsError.Describe(error)}",
                file,
                null,
                onProblem);
        }
        catch (PbsFormatException e)
        {
            PbsFormatException located = e.In(file);
            Report(located.ErrorId, located.Message, file, located, onProblem);
        }

        return null;
    }

    private List<RrdJournalEntry> ReadJournals(HashSet<string> wanted, Action<ListingProblem> onProblem)
    {
        var entries = new List<RrdJournalEntry>();
        int error = folders.Open(Path, out Folder? opened);
        if (error != 0)
        {
            if (error != OsError.ENOENT)
            {
                Report(
                    PbsErrorId.RrdUnreadable,
                    $"unable to read folder {PathText.Quote(Path)} - {OsError.Describe(error)}",
                    Path,
                    null,
                    onProblem);
            }

            return entries;
        }

        using Folder folder = opened!;
        const int mostAttempts = 3;
        for (int attempt = 1; ; attempt++)
        {
            // One that was put aside meanwhile has another name now.
            entries.Clear();
            if (TryReadJournals(folder, wanted, entries, onProblem) || attempt == mostAttempts) return entries;
        }
    }

    private bool TryReadJournals(
        Folder folder,
        HashSet<string> wanted,
        List<RrdJournalEntry> entries,
        Action<ListingProblem> onProblem)
    {
        foreach (string name in JournalNames(folder))
        {
            string file = System.IO.Path.Combine(Path, name);
            int error = folder.ReadFile(System.Text.Encoding.UTF8.GetBytes(name), _content, LongestJournal);
            if (error == OsError.ENOENT) return false;
            if (error != 0)
            {
                Report(
                    PbsErrorId.RrdUnreadable,
                    $"unable to read {PathText.Quote(file)} - {OsError.Describe(error)}",
                    file,
                    null,
                    onProblem);
                continue;
            }

            int refused = 0;
            entries.AddRange(RrdJournalText.Parse(_content.Bytes.ToArray(), (line, reason) =>
            {
                if (++refused <= MostReportedLines)
                {
                    Report(
                        PbsErrorId.RrdJournalInvalid,
                        $"unable to parse rrd journal '{name}' line {line} (skip) - {reason}",
                        file,
                        null,
                        onProblem);
                }
            }).Where(entry => wanted.Contains(entry.Path)));
            if (refused > MostReportedLines)
            {
                Report(
                    PbsErrorId.RrdJournalInvalid,
                    $"unable to parse {refused - MostReportedLines} more lines of rrd journal '{name}'",
                    file,
                    null,
                    onProblem);
            }
        }

        return true;
    }

    /// <summary>Those that were put aside, the oldest first; then the current one.</summary>
    private static IEnumerable<string> JournalNames(Folder folder)
    {
        var names = new EntryList();
        if (folder.List(names) != 0) return [];
        var old = new List<(long Time, string Name)>();
        bool isCurrent = false;
        for (int i = 0; i < names.Count; i++)
        {
            string name = names.Text(i, out bool isText);
            if (!isText) continue;
            isCurrent |= name == RrdJournalText.FileName;
            if (RrdJournalText.TryParseName(name, out long time)) old.Add((time, name));
        }

        return old.Order().Select(journal => journal.Name).Concat(isCurrent ? [RrdJournalText.FileName] : []);
    }

    private static void Report(
        string errorId,
        string message,
        string file,
        PbsException? cause,
        Action<ListingProblem> onProblem) =>
        onProblem(new ListingProblem(errorId, message, file, ListingProblemKind.Warning, cause));
}
