using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PbsModule.Core.Tests;

[assembly: AssemblyFixture(typeof(Conformance.Page))]

namespace PbsModule.Core.Tests;

/// <summary>
/// Counts the responses of a real PBS 3.2.4 that the module reproduces. Golden tests call it after each comparison that
/// held. At the end of a complete test run it writes docs/conformance.md.
/// </summary>
internal static partial class Conformance
{
    // In the order of the page.
    public const string Formats = "Formats";
    public const string Configuration = "Configuration";
    public const string Access = "Access control";
    public const string Listing = "Listing";
    public const string Tasks = "Worker tasks";
    public const string Verify = "Verify";
    public const string Prune = "Prune and removal";
    public const string GarbageCollection = "Garbage collection";
    public const string Content = "Content of snapshots";
    public const string Archives = "Archives";
    public const string Statistics = "Statistics";

    private static readonly (string Family, string Questions)[] Families =
    [
        (Formats, "blobs, indexes, manifests, catalogs, canonical JSON, chunk boundaries, names, keys"),
        (Configuration, "datastore, user and job files: read, refused, written"),
        (Access, "ACL configurations with all their queries, paths, roles, secrets, lists by identity"),
        (Listing, "namespaces, groups, snapshots and files of an intact and of a damaged datastore"),
        (Tasks, "lists, logs, states, names, access"),
        (Verify, "results, log lines, renamed chunks, states in manifests, both runs"),
        (Prune, "decisions in five time zones, remaining files after removal"),
        (GarbageCollection, "counters, log lines, remaining files"),
        (Content, "files raw and decoded, catalogs through the API"),
        (Archives, "entries with all metadata, extracted trees"),
        (Statistics, "round-robin databases of both formats, every timeframe and consolidation"),
    ];

    private static readonly ConcurrentDictionary<(string Family, string Case), string?> Cases = new();

    /// <summary>Records that our response is the response of PBS.</summary>
    /// <param name="family">One of the constants.</param>
    /// <param name="question">The case; the same case counts once.</param>
    public static void Agrees(string family, string question) => Cases.TryAdd((family, question), null);

    /// <summary>Records that our response differs deliberately.</summary>
    /// <param name="family">One of the constants.</param>
    /// <param name="question">The case.</param>
    /// <param name="why">What PBS does, then what the module does, as sentences.</param>
    public static void Differs(string family, string question, string why) => Cases[(family, question)] = why;

    private static string Text()
    {
        var text = new StringBuilder("# Conformance\n\n");
        text.Append(Wrapped(
            "This page compares the responses of the module with the responses recorded from Proxmox Backup Server "
                + "3.2.4. A complete test run writes it. The recorded responses are in tests/corpus. A case is one "
                + "configuration, file, snapshot, log or list, with all queries about it. Changes of later releases are "
                + "in [conformance-newer.md](conformance-newer.md)."));
        text.Append('\n');
        text.Append("| family | contents | cases | agree | differ |\n|---|---|--:|--:|--:|\n");
        int all = 0, different = 0;
        foreach ((string family, string questions) in Families)
        {
            (int cases, int differing) = (Count(family, _ => true), Count(family, why => why is not null));
            if (cases == 0) continue;
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {family} | {questions} | {cases} | {cases - differing} | {differing} |\n");
            all += cases;
            different += differing;
        }

        text.Append(
            CultureInfo.InvariantCulture, $"| **all** | | **{all}** | **{all - different}** | **{different}** |\n\n");
        text.Append("## Differences\n\n");
        // One paragraph for each reason, with the cases that it applies to.
        foreach (var reason in Cases
            .Where(c => c.Value is not null)
            .OrderBy(c => c.Key.Family, StringComparer.Ordinal)
            .ThenBy(c => c.Key.Case, StringComparer.Ordinal)
            .GroupBy(c => (c.Key.Family, Why: c.Value!), c => c.Key.Case))
        {
            text.Append(Wrapped($"**{reason.Key.Family}.** {reason.Key.Why}")).Append('\n');
            foreach (string question in reason) text.Append(CultureInfo.InvariantCulture, $"- {question}\n");
            text.Append('\n');
        }

        text.Length--;
        return text.ToString();
    }

    private static string Wrapped(string text)
    {
        const int width = 120;
        var lines = new StringBuilder();
        int column = 0;
        foreach (string word in text.Split(' '))
        {
            bool fits = column > 0 && column + 1 + word.Length <= width;
            if (column > 0) lines.Append(fits ? ' ' : '\n');
            column = fits ? column + 1 + word.Length : word.Length;
            lines.Append(word);
        }

        return lines.Append('\n').ToString();
    }

    private static int Count(string family, Func<string?, bool> which) =>
        Cases.Count(c => c.Key.Family == family && which(c.Value));

    [GeneratedRegex(@"^\| ([A-Z][^|]*?) \|[^|]*\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"reproduces [\d,]+ of [\d,]+ responses recorded from PBS 3\.2\.4")]
    private static partial Regex Sum();

    /// <summary>
    /// Writes the page and its total in README at the end of the test run. A run with fewer cases than the page (only
    /// some tests, or failures) leaves both unchanged.
    /// </summary>
    public sealed class Page : IDisposable
    {
        private static readonly string File = Path.Combine(Corpus.RepositoryRoot, "docs", "conformance.md");
        private static readonly string Readme = Path.Combine(Corpus.RepositoryRoot, "README.md");

        public void Dispose()
        {
            string old = System.IO.File.Exists(File) ? System.IO.File.ReadAllText(File) : "";
            bool isWhole = Row().Matches(old).All(row =>
                Count(row.Groups[1].Value, _ => true)
                    >= int.Parse(row.Groups[2].Value, CultureInfo.InvariantCulture));
            if (!isWhole) return;
            WriteIfChanged(File, old, Text());
            string readme = System.IO.File.ReadAllText(Readme);
            int all = Cases.Count, agree = Cases.Count(c => c.Value is null);
            string sum = string.Create(
                CultureInfo.InvariantCulture, $"reproduces {agree:N0} of {all:N0} responses recorded from PBS 3.2.4");
            WriteIfChanged(Readme, readme, Sum().Replace(readme, sum, 1));
        }

        private static void WriteIfChanged(string path, string old, string text)
        {
            if (text != old) System.IO.File.WriteAllText(path, text);
        }
    }
}
