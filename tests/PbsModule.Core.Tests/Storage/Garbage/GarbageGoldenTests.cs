using System.Text.Json;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Core.Tests;

/// <summary>The answers of a real server's garbage collection: counters, log lines, and what is left on disk.</summary>
public sealed class GarbageGoldenTests
{
    private const string BrokenIndex = "ns/a/ns/b/ct/101/2024-07-04T00:00:00Z/root.pxar.didx";
    private const string ShortIndex = "vm/100/2024-05-12T00:00:02Z/drive-efidisk0.img.fidx";

    /// <summary>One bit of a digest in it is wrong: neither its header nor its manifest has the checksum of its entries.</summary>
    private const string ChangedIndex = "host/alpha/2023-12-31T23:30:00Z/root.pxar.didx";

    private const string LongIndex = "host/signed/2024-04-01T09:00:00Z/catalog.pcat1.didx";

    public GarbageGoldenTests() => AtomicFileTests.NeedsLinux();

    [Fact]
    public void What_is_not_in_use_waits_for_a_day()
    {
        using GoldenStore store = Prepared("ds1");
        Matches("ds1.expected/gc.json", store, new());
        Assert.All(Orphans(store), orphan => Assert.True(File.Exists(orphan)));
    }

    [Fact]
    public void What_has_waited_for_a_day_goes()
    {
        using GoldenStore store = Prepared("ds1");
        foreach (string orphan in Orphans(store)) File.SetLastAccessTimeUtc(orphan, DateTime.UtcNow.AddDays(-2));
        Matches("ds1.expected/gc-orphans-backdated.json", store, new());
        Assert.All(Orphans(store), orphan => Assert.False(File.Exists(orphan)));

        GarbageCollectionFile second = Collect(store, new(), out _);
        Assert.Equal((58, 0, 0), (second.DiskChunks, second.RemovedChunks, second.PendingChunks));
    }

    [Fact]
    public void Without_waiting_the_start_decides()
    {
        using GoldenStore store = Prepared("ds1");
        Matches("ds1.expected/gc-nowait.json", store, NoWait);
        Assert.All(Orphans(store), orphan => Assert.False(File.Exists(orphan)));
    }

    [Fact]
    public void One_thread_and_little_memory_come_to_the_same()
    {
        using GoldenStore store = Prepared("ds1");
        Matches("ds1.expected/gc.json", store, new() { Threads = 1, Memory = 0 });
    }

    [Fact]
    public void An_index_that_cannot_be_read_ends_it_with_nothing_removed()
    {
        using GoldenStore store = Prepared("ds1-corrupt");
        foreach (string chunk in Chunks(store)) File.SetLastAccessTimeUtc(chunk, DateTime.UtcNow.AddDays(-9));
        int before = Chunks(store).Length;
        JsonElement expected = Corpus.Json("ds1-corrupt.expected/gc.json").RootElement;
        var log = new GarbageLog();
        var failure = Assert.Throws<PbsFormatException>(() => Collection(store, new(), log).Run(null, CancellationToken.None));
        Assert.Equal(Located(store, expected.GetProperty("result").GetProperty("error").GetString()!), failure.Message);
        Conformance.Agrees(Conformance.GarbageCollection, "ds1-corrupt.expected/gc.json");
        Assert.Equal(before, Chunks(store).Length);
        Assert.False(File.Exists(store.PathOf(".gc-status")));
        Assert.Equal("Start GC phase1 (mark used chunks)", log.Lines[0]);
    }

    [Fact]
    public void Missing_chunks_are_told_for_each_index()
    {
        // This answer is from before the index was made a byte longer than its chunk.
        using GoldenStore store = Repaired();
        PutBack(store, LongIndex);
        Differs("ds1-corrupt.expected/gc-with-intact-index-files.json", store, new());
    }

    [Theory]
    [InlineData("gc-after-verify", false)]
    [InlineData("gc-after-verify-nowait", true)]
    public void What_verify_has_set_aside_stays_while_it_is_wanted(string name, bool isNow)
    {
        using GoldenStore store = Repaired();
        string[] bad = [.. Corpus.Json("ds1-corrupt.expected/bad-files-after-gc.json").RootElement.EnumerateArray().Select(path => path.GetString()!)];
        foreach (string path in bad) File.Move(store.PathOf(path[..^".0.bad".Length]), store.PathOf(path));
        Differs($"ds1-corrupt.expected/{name}.json", store, isNow ? NoWait : new());
        Assert.Equal(bad, Directory.GetFiles(store.PathOf(".chunks"), "*.bad", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(store.Path, path)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("ds1.expected/gc.json")]
    [InlineData("ds1-corrupt.expected/gc-after-verify-nowait.json")]
    public void The_status_file_has_the_form_of_PBS(string name)
    {
        using GoldenStore store = GoldenStore.Copy();
        JsonElement status = Corpus.Json(name).RootElement.GetProperty("status");
        File.WriteAllText(store.PathOf(".gc-status"), status.GetRawText());
        Datastore datastore = Open(store);
        GarbageCollectionFile read = GarbageCollectionFile.Read(datastore, out ListingProblem? problem)!;
        Assert.Null(problem);
        read.TryWrite(datastore, FileMutations.Default, new GarbageLog());
        string text = File.ReadAllText(store.PathOf(".gc-status"));
        Assert.DoesNotContain(' ', text);
        Assert.DoesNotContain('\n', text);
        AssertStatus(status, text, isUpidKnown: true);
        Assert.Equal(0x1A4, FileStatus.TryOf(store.PathOf(".gc-status"), out _)!.Value.Mode);
    }

    private static GarbageCollectionSettings NoWait { get; } = new() { Times = static start => new CollectionTimes(start, start, start) };

    /// <summary>Every access time an hour ago, as the answers assume.</summary>
    private static GoldenStore Prepared(string name)
    {
        GoldenStore store = GoldenStore.Copy(name);
        foreach (string chunk in Chunks(store)) File.SetLastAccessTimeUtc(chunk, DateTime.UtcNow.AddHours(-1));
        return store;
    }

    /// <summary>The damaged store with the two indexes put back that would end it.</summary>
    private static GoldenStore Repaired()
    {
        GoldenStore store = Prepared("ds1-corrupt");
        PutBack(store, BrokenIndex);
        PutBack(store, ShortIndex);
        return store;
    }

    private static void PutBack(GoldenStore store, string index) => File.Copy(GoldenStore.Ds1.PathOf(index), store.PathOf(index), overwrite: true);

    /// <summary>
    /// An index that is not what was written is refused, where PBS goes on. Once its header says that it was written like this, all else
    /// is as PBS has it.
    /// </summary>
    private static void Differs(string name, GoldenStore store, GarbageCollectionSettings settings)
    {
        string path = store.PathOf(ChangedIndex);
        string[] before = Chunks(store);
        var log = new GarbageLog();
        var refusal = Assert.Throws<PbsIntegrityException>(() => Collection(store, settings, log).Run(null, CancellationToken.None));
        Assert.Equal((PbsErrorId.IndexChecksumMismatch, path), (refusal.ErrorId, refusal.Target));
        Assert.StartsWith($"can't trust index '{path}' of snapshot 'host/alpha/2023-12-31T23:30:00Z': ", refusal.Message, StringComparison.Ordinal);
        Assert.Single(log.Lines, "WARN: " + refusal.Message);
        Assert.Equal(before, Chunks(store));

        GarbageStore.Seal(path);
        Matches(name, store, settings, agrees: false);
        Conformance.Differs(
            Conformance.GarbageCollection,
            name,
            "PBS continues with an index whose entries do not match the checksums in its header and its manifest. The "
                + "module refuses the collection and removes nothing.");
    }

    private static void Matches(string name, GoldenStore store, GarbageCollectionSettings settings, bool agrees = true)
    {
        JsonElement expected = Corpus.Json(name).RootElement;
        GarbageCollectionFile status = Collect(store, settings, out List<string> lines);
        AssertStatus(expected.GetProperty("status"), File.ReadAllText(store.PathOf(".gc-status")), isUpidKnown: false);
        Assert.Equal(status.DiskChunks + status.PendingChunks, Chunks(store).Count(path => !path.EndsWith(".bad", StringComparison.Ordinal)));

        // Indexes come in another order, so warnings do. The timing is no line of the released server.
        string[] wanted = [.. expected.GetProperty("log").EnumerateArray().Select(line => Located(store, line.GetString()!)).Where(line => !line.StartsWith("GC timing", StringComparison.Ordinal))];
        Assert.Equal(wanted.Where(line => !IsWarning(line)), lines.Where(line => !IsWarning(line)));
        Assert.Equal(wanted.Where(IsWarning).Order(StringComparer.Ordinal), lines.Where(IsWarning).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFiles(store.PathOf(".chunks"), ".*"));
        if (agrees) Conformance.Agrees(Conformance.GarbageCollection, name);
    }

    private static void AssertStatus(JsonElement expected, string actual, bool isUpidKnown)
    {
        JsonElement status = JsonDocument.Parse(actual).RootElement;
        foreach (JsonProperty property in expected.EnumerateObject())
        {
            if (property.Name == "upid" && !isUpidKnown) Assert.Equal("UPID:test", status.GetProperty("upid").GetString());
            else Assert.Equal($"{property.Name} {property.Value}", $"{property.Name} {status.GetProperty(property.Name)}");
        }

        Assert.Equal(expected.EnumerateObject().Count(), status.EnumerateObject().Count());
    }

    private static GarbageCollectionFile Collect(GoldenStore store, GarbageCollectionSettings settings, out List<string> lines)
    {
        var log = new GarbageLog();
        GarbageCollectionFile status = Collection(store, settings, log).Run("UPID:test", CancellationToken.None);
        lines = log.Lines;
        return status;
    }

    private static GarbageCollection Collection(GoldenStore store, GarbageCollectionSettings settings, GarbageLog log) =>
        new(Open(store), FileMutations.Default, settings, log);

    private static Datastore Open(GoldenStore store) => Datastore.Open(store.Path, "ds1", FolderAccess.Default);

    private static bool IsWarning(string line) => line.StartsWith("WARN: ", StringComparison.Ordinal);

    private static string Located(GoldenStore store, string text) => text.Replace("{STORE}", store.Parent, StringComparison.Ordinal);

    private static string[] Chunks(GoldenStore store) => Directory.GetFiles(store.PathOf(".chunks"), "*", SearchOption.AllDirectories);

    private static string[] Orphans(GoldenStore store) =>
        [.. Corpus.Json("ds1.expected/orphan-chunks.json").RootElement.EnumerateArray().Select(digest => store.PathOf($".chunks/{digest.GetString()![..4]}/{digest}"))];
}
