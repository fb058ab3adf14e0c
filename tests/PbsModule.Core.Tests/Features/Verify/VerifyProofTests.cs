using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>
/// A state "ok" has been proven in this run for every reference of every index, whatever went wrong elsewhere.
/// </summary>
public sealed class VerifyProofTests : IDisposable
{
    // More than are read as a whole.
    private const int Many = 14_000;
    private const string Older = "vm/100/2024-05-01T10:00:00Z";
    private const string Newer = "vm/100/2024-05-02T10:00:00Z";

    private readonly ChunkedStore _store = new();
    private readonly ServerFolder _server = new();

    public VerifyProofTests() => _server.Register(("main", _store.Path, ""));

    public void Dispose()
    {
        _store.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void Chunks_that_were_collected_before_an_index_failed_are_checked_for_those_behind_it()
    {
        Digest[] chunks = [.. Enumerable.Range(0, 140).Select(i => _store.Put(i, 50))];
        Digest[] all = [.. Enumerable.Range(0, Many).Select(i => chunks[i % chunks.Length])];
        SnapshotPath older = _store.Add(Older, all), newer = _store.Add(Newer, all);
        foreach (int bad in new[] { 3, 70, 139 }) Flip(chunks[bad]);

        // The first pass goes well; the second one fails after its first piece.
        int reads = 0, firstPass = 0;
        Verification run =
            Run(read: (path, read) => !path.Contains(Newer, StringComparison.Ordinal) ? read : (buffer, offset) =>
        {
            if (offset == 0) firstPass++;
            if (firstPass == 2 && ++reads == 3) throw new OsErrorException(OsError.EIO, path);
            return read(buffer, offset);
        });

        VerifyResult failed = ResultOf(run, newer), other = ResultOf(run, older);
        Assert.Contains(failed.Errors, error => error.Reason.Contains("Input/output error", StringComparison.Ordinal));
        Assert.Equal(
            (VerifyResultState.Failed, 3 * Many / chunks.Length), (other.State, Assert.Single(other.Files).ErrorCount));
        Assert.Equal(VerifyOutcome.Failed, _store.StateOf(older));
    }

    [Fact]
    public void An_index_that_reads_otherwise_the_second_time_fails_though_its_chunks_are_good()
    {
        Digest good = _store.Put(1), missing = _store.Put(2);
        SnapshotPath snapshot =
            _store.Add(Newer, [.. Enumerable.Range(0, Many).Select(i => i == 9000 ? missing : good)]);

        // The missing chunk is hidden: where its digest belongs stands that of a good one.
        File.Delete(_store.PathOf(missing));
        int passes = 0;
        Verification run = Run(read: (_, read) => (buffer, offset) =>
        {
            int length = read(buffer, offset);
            if (offset == 0) passes++;
            int at = buffer.IndexOf(missing.Bytes);
            if (passes == 2 && at >= 0) good.Bytes.CopyTo(buffer[at..]);
            return length;
        });

        VerifyResult result = ResultOf(run, snapshot);
        Assert.Equal("the index has changed while it was read", Assert.Single(result.Errors).Reason);
        Assert.Equal(VerifyOutcome.Failed, _store.StateOf(snapshot));
    }

    [Fact]
    public void An_index_that_reads_otherwise_when_bad_chunks_are_counted_is_not_called_good()
    {
        Digest good = _store.Put(1), bad = _store.Put(2);
        SnapshotPath newer = _store.Add(Newer, good, bad), older = _store.Add(Older, bad, good);
        File.Delete(_store.PathOf(bad));
        Verification run =
            Run(read: (path, read) => !path.Contains(Older, StringComparison.Ordinal) ? read : (buffer, offset) =>
        {
            int length = read(buffer, offset), at = buffer.IndexOf(bad.Bytes);
            if (at >= 0) good.Bytes.CopyTo(buffer[at..]);
            return length;
        });
        Assert.Equal(VerifyResultState.Failed, ResultOf(run, newer).State);
        Assert.Equal(VerifyResultState.Failed, ResultOf(run, older).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_chunk_is_proven_for_the_length_that_was_checked_and_no_other(bool between)
    {
        Digest first = _store.Put(1), second = _store.Put(2);
        SnapshotPath right = _store.Add("vm/100/2024-05-03T10:00:00Z", first, second);
        if (between) _store.Add(Newer, first, second);
        (Digest, long)[] lies = [(first, 2000), (second, 4000)];
        SnapshotPath liar = _store.Add(Older, CryptMode.None, m => m, lies);
        SnapshotPath again = _store.Add("vm/100/2024-04-01T10:00:00Z", CryptMode.None, m => m, lies);

        Verification run = Run();
        Assert.Equal(VerifyResultState.Ok, ResultOf(run, right).State);
        foreach (SnapshotPath snapshot in new[] { liar, again })
        {
            VerifyResult result = ResultOf(run, snapshot);
            Assert.Equal((VerifyResultState.Failed, 2), (result.State, Assert.Single(result.Files).ErrorCount));
            Assert.All(result.Errors, error => Assert.Contains("wrong length", error.Reason, StringComparison.Ordinal));
        }

        // They are good, and needed by others.
        Assert.Empty(_store.SetAside());
    }

    [Fact]
    public void Lengths_of_encrypted_chunks_that_contradict_each_other_are_not_called_good()
    {
        using CryptKey key = new(CryptKeyTests.Bare);
        Digest chunk = _store.Put(new byte[3000], key);
        SnapshotPath right = _store.Add(Newer, CryptMode.Encrypt, m => m, (chunk, 3000));
        SnapshotPath liar = _store.Add(Older, CryptMode.Encrypt, m => m, (chunk, 2999));
        Verification run = Run();
        Assert.Equal(VerifyResultState.Ok, ResultOf(run, right).State);
        Assert.Equal($"chunk {chunk} has another length here than in an index before",
            Assert.Single(ResultOf(run, liar).Errors).Reason);
    }

    [Fact]
    public void A_chunk_that_does_not_fit_the_mode_of_one_index_does_not_fit_the_next_one_of_that_mode()
    {
        Digest chunk = _store.Put(1);
        SnapshotPath first = _store.Add("vm/100/2024-05-03T10:00:00Z", CryptMode.Encrypt, m => m, chunk);
        SnapshotPath second = _store.Add(Newer, CryptMode.Encrypt, m => m, chunk);
        SnapshotPath plain = _store.Add(Older, chunk);
        Verification run = Run();
        Assert.Equal("chunk CryptMode None does not match index CryptMode Encrypt",
            Assert.Single(ResultOf(run, first).Errors).Reason);
        Assert.Equal(VerifyResultState.Failed, ResultOf(run, second).State);
        Assert.Equal(VerifyResultState.Ok, ResultOf(run, plain).State);
        Assert.Empty(_store.SetAside());
    }

    [Fact]
    public void An_index_that_contradicts_others_over_and_over_fails_without_a_look_at_each_chunk()
    {
        Digest chunk = _store.Put(1);
        _store.Add(Newer, chunk);
        (Digest, long)[] lies = [.. Enumerable.Range(0, 5000).Select(i => (chunk, 10L + (i % 7)))];
        SnapshotPath liar = _store.Add(Older, CryptMode.None, m => m, lies);
        int opens = 0;
        Verification run = Run(onOpen: () => Interlocked.Increment(ref opens) * 0);
        VerifyResult result = ResultOf(run, liar);
        Assert.Contains("the index contradicts others in the lengths or modes of its chunks",
            result.Errors.Select(error => error.Reason));
        Assert.InRange(opens, 1001, 3003);
    }

    [Fact]
    public void A_manifest_that_lists_other_files_in_the_end_gets_no_state()
    {
        Digest chunk = _store.Put(1);
        SnapshotPath snapshot = _store.Add(Newer, chunk);
        Manifest other = Manifest.Create(
            BackupType.Vm, "100", snapshot.Time, new ManifestFile("b.blob", CryptMode.None, 1, default));
        Verification run = Run(onOpen: () =>
        {
            _store.WriteManifest(snapshot, other);
            return 0;
        });
        Assert.False(ResultOf(run, snapshot).Recorded);
        Assert.Null(_store.StateOf(snapshot));
        Assert.Contains("its manifest lists other files now", Assert.Single(run.Warnings), StringComparison.Ordinal);
    }

    private void Flip(in Digest digest)
    {
        byte[] content = File.ReadAllBytes(_store.PathOf(digest));
        content[^1] ^= 1;
        File.WriteAllBytes(_store.PathOf(digest), content);
    }

    private static VerifyResult ResultOf(Verification run, SnapshotPath snapshot) =>
        Assert.Single(run.Results, result => result.ToString() == snapshot.ToString());

    private Verification Run(Func<string, ReadAt, ReadAt>? read = null, Func<int>? onOpen = null)
    {
        var engine = new EngineOptions
        {
            IndexReads = read ?? (static (_, original) => original),
            ChunkFiles = folder => new FaultyFile(SequentialFile.In(folder)) { OnOpen = onOpen ?? (static () => 0) },
        };
        PbsEngine session = new PbsEngine(Connection.Local(_server.Options), engine);
        return Verification.Run(session, session.Resolver.Resolve("main"), new VerifyQuery { Threads = 2 });
    }
}
