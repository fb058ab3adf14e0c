using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PbsModule.Core.Tests;

[assembly: AssemblyFixture(typeof(Conformance.Page))]

namespace PbsModule.Core.Tests;

/// <summary>
/// Counts what a real PBS 3.2.4 answered and what became of our answer to the same question. Golden tests say so here, right after a comparison
/// that held; at the end of a whole run that becomes docs/conformance.md.
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
        (Configuration, "datastore, user, job files: read, refused, written"),
        (Access, "ACL configurations with all their questions, paths, roles, secrets, lists by identity"),
        (Listing, "namespaces, groups, snapshots, files, of a sound and of a damaged store"),
        (Tasks, "lists, logs, states, names, access"),
        (Verify, "results, log lines, renamed chunks, states in manifests, both runs"),
        (Prune, "decisions in five time zones, what is left after removal"),
        (GarbageCollection, "counters, log lines, what is left"),
        (Content, "files raw and decoded, catalogs through the API"),
        (Archives, "entries with all metadata, extracted trees"),
        (Statistics, "round-robin databases of both formats, every timeframe and consolidation"),
    ];

    private static readonly ConcurrentDictionary<(string Family, string Case), string?> Cases = new();

    /// <summary>Our answer is PBS's.</summary>
    /// <param name="family">One of the constants.</param>
    /// <param name="question">What was asked; the same question twice counts once.</param>
    public static void Agrees(string family, string question) => Cases.TryAdd((family, question), null);

    /// <summary>Our answer is another one, on purpose.</summary>
    /// <param name="family">One of the constants.</param>
    /// <param name="question">What was asked.</param>
    /// <param name="why">What differs and why.</param>
    public static void Differs(string family, string question, string why) => Cases[(family, question)] = why;

    private static string Text()
    {
        var text = new StringBuilder("# Conformance\n\n");
        text.Append("Questions that a real Proxmox Backup Server 3.2.4 answered, and whether this module gives the same answer. Written by the tests; the\n");
        text.Append("questions and answers are in tests/corpus. A case is one configuration, file, snapshot, log or list, with everything asked about it.\n\n");
        text.Append("| family | what | cases | agree | differ |\n|---|---|--:|--:|--:|\n");
        int all = 0, different = 0;
        foreach ((string family, string questions) in Families)
        {
            (int cases, int differing) = (Count(family, _ => true), Count(family, why => why is not null));
            if (cases == 0) continue;
            text.Append(CultureInfo.InvariantCulture, $"| {family} | {questions} | {cases} | {cases - differing} | {differing} |\n");
            all += cases;
            different += differing;
        }

        text.Append(CultureInfo.InvariantCulture, $"| **all** | | **{all}** | **{all - different}** | **{different}** |\n\n## What differs\n\n");
        foreach (((string family, string question), string? why) in Cases.Where(c => c.Value is not null).OrderBy(c => c.Key.Family, StringComparer.Ordinal).ThenBy(c => c.Key.Case, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"- {family}, {question}: {why}\n");
        }

        return text.ToString();
    }

    private static int Count(string family, Func<string?, bool> which) => Cases.Count(c => c.Key.Family == family && which(c.Value));

    [GeneratedRegex(@"^\| ([A-Z][^|]*?) \|[^|]*\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"reproduces [\d,]+ of [\d,]+ responses recorded from PBS 3\.2\.4")]
    private static partial Regex Sum();

    /// <summary>Ends with the test run, and writes the page and its sum in README. A run that saw less than the page says (some tests only, or failures) leaves it alone.</summary>
    public sealed class Page : IDisposable
    {
        private static readonly string File = Path.Combine(Corpus.RepositoryRoot, "docs", "conformance.md");
        private static readonly string Readme = Path.Combine(Corpus.RepositoryRoot, "README.md");

        public void Dispose()
        {
            string old = System.IO.File.Exists(File) ? System.IO.File.ReadAllText(File) : "";
            bool isWhole = Row().Matches(old).All(row => Count(row.Groups[1].Value, _ => true) >= int.Parse(row.Groups[2].Value, CultureInfo.InvariantCulture));
            if (!isWhole) return;
            WriteIfChanged(File, old, Text());
            string readme = System.IO.File.ReadAllText(Readme);
            int all = Cases.Count, agree = Cases.Count(c => c.Value is null);
            WriteIfChanged(Readme, readme, Sum().Replace(readme, string.Create(CultureInfo.InvariantCulture, $"reproduces {agree:N0} of {all:N0} responses recorded from PBS 3.2.4"), 1));
        }

        private static void WriteIfChanged(string path, string old, string text)
        {
            if (text != old) System.IO.File.WriteAllText(path, text);
        }
    }
}
