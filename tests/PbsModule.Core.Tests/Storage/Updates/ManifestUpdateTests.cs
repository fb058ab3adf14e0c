using System.Globalization;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Json;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Updates;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Tests;

/// <summary>Manifests changed under their lock: what stays, what a crash leaves, and that no update is lost.</summary>
public class ManifestUpdateTests
{
    private const string Verified = "UPID:pbs-one:000018E3:000AB880:0000000A:6608689C:verify:ds1:root@pam:";
    private static readonly SnapshotPath Alpha = SnapshotPath.Parse("host/alpha/2024-10-27T01:30:00Z");

    public ManifestUpdateTests() => AtomicFileTests.NeedsLinux();

    [Fact]
    public void A_manifest_changed_and_changed_back_is_byte_identical()
    {
        using GoldenStore golden = GoldenStore.Copy();
        var store = Datastore.Open(golden.Path, "ds1", FolderAccess.Default);
        using ManifestUpdate update = Update(store, FileMutations.Default);
        int unchanged = 0;
        foreach (string path in Directory.EnumerateFiles(golden.Path, "index.json.blob", SearchOption.AllDirectories))
        {
            byte[] blob = File.ReadAllBytes(path), text = Text(path);
            if (!TrySnapshot(Path.GetRelativePath(golden.Path, Path.GetDirectoryName(path)!), out SnapshotPath snapshot)) continue;
            Manifest before = Manifest.Parse(text);
            if (!before.ToText().AsSpan().SequenceEqual(text)) continue;
            Apply(store, update, snapshot, m => m.WithNotes("changed\n☃"));
            Assert.Equal("changed\n☃", Manifest.Parse(Text(path)).Notes);
            Apply(store, update, snapshot, m => m.WithUnprotected(before.Unprotected.AsObject()!));
            Assert.Equal(text, Text(path));
            if (BlobHeader.Parse(blob).IsCompressed) Assert.Equal(blob, File.ReadAllBytes(path));
            unchanged++;
        }

        Assert.True(unchanged > 15);
    }

    [Theory]
    [InlineData("host/signed")]
    [InlineData("host/enc")]
    public void A_signature_stays_valid(string group)
    {
        using GoldenStore golden = GoldenStore.Copy();
        var store = Datastore.Open(golden.Path, "ds1", FolderAccess.Default);
        using CryptKey key = new(CryptKeyTests.Bare);
        foreach (string folder in Directory.EnumerateDirectories(golden.PathOf(group)))
        {
            SnapshotPath snapshot = SnapshotPath.Parse($"{group}/{Path.GetFileName(folder)}");
            using ManifestUpdate update = Update(store, FileMutations.Default);
            Apply(store, update, snapshot, m => m.WithVerifyState(new SnapshotVerifyState(Upid.Parse(Verified), VerifyOutcome.Failed)).WithSignature(null));
            Manifest now = Manifest.Parse(Text(Path.Combine(folder, Manifest.FileName)));
            Assert.True(ManifestSignature.Verify(now, key));
            Assert.Equal((Verified, VerifyOutcome.Failed), (now.VerifyState!.Upid.ToString(), now.VerifyState.Outcome));
        }
    }

    [Fact]
    public void Unknown_unprotected_members_stay()
    {
        using GoldenStore golden = GoldenStore.Copy();
        var store = Datastore.Open(golden.Path, "ds1", FolderAccess.Default);
        using ManifestUpdate update = Update(store, FileMutations.Default);
        JsonObject more = JsonObject.Empty.With("from-the-future", JsonValue.From("kept"));
        Apply(store, update, Alpha, m => m.WithUnprotected(more));
        Apply(store, update, Alpha, m => m.WithNotes("n"));
        Manifest now = Manifest.Parse(Text(golden.PathOf($"{Alpha}/index.json.blob")));
        Assert.Equal("kept", now.Unprotected.AsObject()!["from-the-future"].AsString());
        Assert.Equal("n", now.Notes);
    }

    [Theory]
    [InlineData(Fault.None)]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void A_manifest_is_the_old_or_the_new(Fault fault)
    {
        using GoldenStore golden = GoldenStore.Copy();
        byte[] blob = golden.Bytes($"{Alpha}/index.json.blob");
        var backup = new FileOwner(34, 34);
        RecordedMutations.AtEachChange(
            fault,
            folder =>
            {
                Directory.CreateDirectory(folder[".chunks"]);
                Directory.CreateDirectory(folder["run"]);
                Directory.CreateDirectory(folder[Alpha.ToString()]);
                File.WriteAllBytes(folder[$"{Alpha}/index.json.blob"], blob);
                if (!AtomicFileTests.IsRoot) return;
                foreach (string path in new[] { "run", Alpha.ToString(), $"{Alpha}/index.json.blob" }) FileMutations.Default.SetOwner(folder[path], backup);
            },
            (folder, mutations) =>
            {
                var store = Datastore.Open(folder.Root, "ds1", FolderAccess.Default);
                using ManifestUpdate update = Update(store, mutations, folder["run"]);
                Apply(store, update, Alpha, m => m.WithNotes("the new notes"));
            },
            (folder, done) =>
            {
                string path = folder[$"{Alpha}/index.json.blob"];
                byte[] content = File.ReadAllBytes(path);
                bool isNew = Manifest.Parse(Text(path)).Notes == "the new notes";
                Assert.True(isNew || (!done && content.AsSpan().SequenceEqual(blob)));
                if (!AtomicFileTests.IsRoot) return;
                Assert.Equal(backup, FileStatus.TryOf(path, out _)!.Value.Owner);
                string[] run = [.. Directory.EnumerateFileSystemEntries(folder["run"], "*", SearchOption.AllDirectories).Where(p => !p.Contains(".tmp_", StringComparison.Ordinal))];
                Assert.All(run, p => Assert.Equal(backup, FileStatus.TryOf(p, out int _)!.Value.Owner));
            });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_update_is_lost_among_many(bool hasRunDirectory)
    {
        const int writers = 4, updates = 25;
        using GoldenStore golden = GoldenStore.Copy();
        using var run = new TemporaryFolder();
        string runRoot = hasRunDirectory ? run.Root : run["missing"];
        Parallel.For(0, writers, new ParallelOptions { MaxDegreeOfParallelism = writers }, writer =>
        {
            var store = Datastore.Open(golden.Path, "ds1", FolderAccess.Default);
            using ManifestUpdate update = Update(store, FileMutations.Default, runRoot);
            for (int i = 0; i < updates; i++)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"w{writer}-{i}");
                Apply(store, update, Alpha, m => m.WithUnprotected(m.Unprotected.AsObject()!.With(name, JsonValue.From("x"))));
            }
        });
        JsonObject members = Manifest.Parse(Text(golden.PathOf($"{Alpha}/index.json.blob"))).Unprotected.AsObject()!;
        for (int writer = 0; writer < writers; writer++)
        {
            for (int i = 0; i < updates; i++) Assert.Equal("x", members[string.Create(CultureInfo.InvariantCulture, $"w{writer}-{i}")].AsString());
        }
    }

    [Fact]
    public void Failures_are_told_in_PBSs_words()
    {
        using GoldenStore golden = GoldenStore.Copy();
        var store = Datastore.Open(golden.Path, "ds1", FolderAccess.Default);
        using ManifestUpdate update = Update(store, FileMutations.Default);
        string path = golden.PathOf($"{Alpha}/index.json.blob");
        File.WriteAllText(path, "no blob");
        var damaged = Assert.Throws<PbsFormatException>(() => Apply(store, update, Alpha, m => m));
        Assert.StartsWith($"unable to update manifest blob - unable to load blob '\"{path}\"' - ", damaged.Reason, StringComparison.Ordinal);
        File.Delete(path);
        Assert.StartsWith("unable to update manifest blob - ", Assert.ThrowsAny<PbsException>(() => Apply(store, update, Alpha, m => m)).Message, StringComparison.Ordinal);
    }

    private static bool TrySnapshot(string text, out SnapshotPath snapshot)
    {
        snapshot = default;
        try
        {
            snapshot = SnapshotPath.Parse(text);
            return true;
        }
        catch (PbsArgumentException)
        {
            return false;
        }
    }

    private static byte[] Text(string path)
    {
        using var zstd = new ZstdDecoder();
        return DataBlob.Decode(File.ReadAllBytes(path), zstd);
    }

    private static ManifestUpdate Update(Datastore store, IFileMutations mutations, string runRoot = "/nonexistent") =>
        new(new DatastoreLocks(store.Path, "ds1", runRoot, mutations, TimeProvider.System), mutations);

    private static void Apply(Datastore store, ManifestUpdate update, SnapshotPath snapshot, Func<Manifest, Manifest> change)
    {
        using NamespaceFolder ns = NamespaceFolder.Open(store, snapshot.Namespace);
        using GroupFolder group = new GroupWalk().Open(ns, snapshot.Group);
        update.Apply(group, new TimeFolder(snapshot.Time, 0), change, CancellationToken.None);
    }
}
