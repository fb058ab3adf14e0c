using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Zstd;

namespace PbsModule.Core.Tests;

/// <summary>Changing the notes of snapshots and groups: what is kept, what is refused, what a crash leaves.</summary>
public sealed class NoteChangeTests : IDisposable
{
    private const string Text = "first line\nsecond ☃\r\n";

    private static readonly SnapshotPath Alpha = SnapshotPath.Parse("host/alpha/2024-10-27T01:30:00Z");

    private readonly GoldenStore _golden = GoldenStore.Copy();
    private readonly ServerFolder _server = new();

    public NoteChangeTests() => _server.Register(("main", _golden.Path, ""));

    public void Dispose()
    {
        _golden.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData(Text)]
    public void What_was_written_is_read_again_and_its_first_line_is_the_comment(string text)
    {
        PbsEngine engine = _server.Session();
        DatastoreContext store = engine.Resolver.Resolve("main");
        Assert.Equal(text, engine.Notes.SetSnapshotNote(store, Alpha, text, false, CancellationToken.None).Text);
        Assert.Equal(text, engine.Notes.SetGroupNote(store, BackupNamespace.Root, Alpha.Group, text, false, CancellationToken.None).Text);
        Assert.Equal(text, engine.Notes.GetSnapshotNote(store, Alpha).Text);
        Assert.Equal(text, engine.Notes.GetGroupNote(store, BackupNamespace.Root, Alpha.Group).Text);
        SnapshotInfo snapshot = Assert.Single(engine.Snapshots.List(store, new SnapshotQuery { Snapshots = [Alpha] }, Fail, CancellationToken.None));
        Assert.Equal(text.Length == 0 ? null : "first line", snapshot.Comment);
        Assert.Equal(text, File.ReadAllText(_golden.PathOf("host/alpha/notes")));
    }

    [Fact]
    public void Only_the_notes_of_a_manifest_change()
    {
        PbsEngine engine = _server.Session();
        DatastoreContext store = engine.Resolver.Resolve("main");
        string signed = $"host/signed/{Path.GetFileName(Directory.EnumerateDirectories(_golden.PathOf("host/signed")).Single())}";
        Assert.NotNull(ManifestOf(signed).Signature);
        foreach (string path in (string[])["ct/101/2024-03-01T22:15:00Z", signed])
        {
            Manifest before = ManifestOf(path);
            engine.Notes.SetSnapshotNote(store, SnapshotPath.Parse(path), Text, false, CancellationToken.None);
            Manifest after = ManifestOf(path);
            Assert.Equal(before.WithNotes(Text).ToText(), after.ToText());
            Assert.Equal(before.Signature, after.Signature);
        }

        Assert.NotNull(ManifestOf("ct/101/2024-03-01T22:15:00Z").VerifyState);
    }

    [Fact]
    public void What_is_not_there_and_what_is_damaged_is_refused()
    {
        PbsEngine engine = _server.Session();
        DatastoreContext store = engine.Resolver.Resolve("main");
        SnapshotPath unfinished = SnapshotPath.Parse(Directory.EnumerateDirectories(_golden.PathOf("host/partial"))
            .Where(folder => !File.Exists(Path.Combine(folder, "index.json.blob"))).Select(folder => $"host/partial/{Path.GetFileName(folder)}").First());
        foreach (Action<SnapshotPath> act in (Action<SnapshotPath>[])[path => engine.Notes.CheckSnapshotNoteChange(store, path), path => engine.Notes.SetSnapshotNote(store, path, Text, false, CancellationToken.None)])
        {
            Assert.Equal(PbsErrorId.SnapshotNotFound, Assert.Throws<PbsNotFoundException>(() => act(SnapshotPath.Parse("host/alpha/2000-01-01T00:00:00Z"))).ErrorId);
            Assert.Equal(PbsErrorId.GroupNotFound, Assert.Throws<PbsNotFoundException>(() => act(SnapshotPath.Parse("host/none/2000-01-01T00:00:00Z"))).ErrorId);
            Assert.Equal(PbsErrorId.ManifestMissing, Assert.Throws<PbsNotFoundException>(() => act(unfinished)).ErrorId);
        }

        File.WriteAllText(_golden.PathOf($"{Alpha}/index.json.blob"), "no blob");
        Assert.StartsWith("unable to update manifest blob - unable to load blob",
            Assert.Throws<PbsFormatException>(() => engine.Notes.SetSnapshotNote(store, Alpha, Text, false, CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Maintenance_mode_and_locks_are_obeyed()
    {
        PbsEngine engine = _server.Session();
        DatastoreContext store = engine.Resolver.Resolve("main");
        _server.Register(("main", _golden.Path, "\tmaintenance-mode read-only\n"));
        Assert.Throws<PbsConflictException>(() => engine.Notes.CheckSnapshotNoteChange(store, Alpha));
        Assert.Throws<PbsConflictException>(() => engine.Notes.SetGroupNote(store, BackupNamespace.Root, Alpha.Group, Text, false, CancellationToken.None));
        if (Directory.Exists(new ConnectionOptions().RunRoot)) return;
        PbsEngine unconnected = new PbsEngine(Connection.None);
        DatastoreContext byPath = unconnected.Resolver.ResolvePath(_golden.Path);
        Assert.Equal(PbsErrorId.LocksNotVisible, Assert.Throws<PbsLockedException>(() => unconnected.Notes.SetSnapshotNote(byPath, Alpha, Text, false, CancellationToken.None)).ErrorId);
        Assert.Equal(Text, unconnected.Notes.SetSnapshotNote(byPath, Alpha, Text, true, CancellationToken.None).Text);
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void The_old_notes_or_the_new_stand_whenever_it_ends(Fault fault)
    {
        byte[] manifest = _golden.Bytes($"{Alpha}/index.json.blob");
        int changes = RecordedMutations.AtEachChange(
            fault,
            folder =>
            {
                Directory.CreateDirectory(folder["store/.chunks"]);
                Directory.CreateDirectory(folder[$"store/{Alpha}"]);
                File.WriteAllBytes(folder[$"store/{Alpha}/index.json.blob"], manifest);
                File.WriteAllText(folder["store/host/alpha/owner"], "root@pam\n");
                File.WriteAllText(folder["store/host/alpha/notes"], "old");
            },
            (folder, mutations) =>
            {
                PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Mutations = mutations });
                DatastoreContext store = engine.Resolver.ResolvePath(folder["store"]);
                engine.Notes.SetGroupNote(store, BackupNamespace.Root, Alpha.Group, Text, true, CancellationToken.None);
                engine.Notes.SetSnapshotNote(store, Alpha, Text, true, CancellationToken.None);
            },
            (folder, done) =>
            {
                PbsEngine engine = new PbsEngine(Connection.None);
                DatastoreContext store = engine.Resolver.ResolvePath(folder["store"]);
                Assert.Contains(engine.Notes.GetGroupNote(store, BackupNamespace.Root, Alpha.Group).Text, done ? [Text] : (string[])["old", Text]);
                Assert.Contains(engine.Notes.GetSnapshotNote(store, Alpha).Text, done ? [Text] : (string[])["", Text]);
            });
        Assert.True(changes >= 6);
    }

    private static void Fail(ListingProblem problem) => Assert.Fail(problem.Message);

    private Manifest ManifestOf(string snapshot)
    {
        using var zstd = new ZstdDecoder();
        return Manifest.Parse(DataBlob.Decode(_golden.Bytes($"{snapshot}/index.json.blob"), zstd));
    }
}
