using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>What it takes for a chunk to be renamed: that it was found bad, and found bad once more. A good chunk keeps its name.</summary>
public sealed class VerifySecondLookTests : IDisposable
{
    private readonly ChunkedStore _store = new();
    private readonly ServerFolder _server = new();
    private readonly Digest _chunk;

    public VerifySecondLookTests()
    {
        _chunk = _store.Put(3);
        _store.Add("vm/101/2024-05-01T10:00:00Z", _chunk);
        _server.Register(("main", _store.Path, ""));
    }

    public void Dispose()
    {
        _store.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void A_chunk_that_looks_damaged_only_once_is_not_renamed()
    {
        // As if memory or a cable had failed: the file is damaged while it is read first, and whole again at the second look.
        byte[] whole = File.ReadAllBytes(_store.PathOf(_chunk));
        int opens = 0;
        Verification run = Run(onOpen: () =>
        {
            byte[] content = [.. whole];
            if (opens++ == 0) content[^1] ^= 1;
            File.WriteAllBytes(_store.PathOf(_chunk), content);
            return 0;
        });
        Assert.Equal("WARNINGS: 1", run.State);
        Assert.Equal(VerifyResultState.Ok, Assert.Single(run.Results).State);
        Assert.Empty(_store.SetAside());
    }

    [Fact]
    public void A_chunk_that_looks_damaged_and_then_cannot_be_read_is_not_renamed()
    {
        Flip();
        int opens = 0;
        Verification run = Run(onOpen: () => opens++ == 0 ? 0 : OsError.EIO);
        Assert.Equal(VerifyResultState.Failed, Assert.Single(run.Results).State);
        Assert.Contains($"can't verify chunk, load failed - store 'main', unable to load chunk '{_chunk}' - Input/output error (os error 5)", run.Log);
        Assert.Empty(_store.SetAside());
    }

    [Fact]
    public void A_chunk_that_is_replaced_at_the_last_moment_is_not_renamed()
    {
        AtomicFileTests.NeedsLinux();
        byte[] whole = File.ReadAllBytes(_store.PathOf(_chunk));
        Flip();
        bool replaced = false;
        var mutations = new FailingMutations(0, to =>
        {
            if (!to.EndsWith(".bad", StringComparison.Ordinal) || replaced) return false;
            replaced = true;
            File.WriteAllBytes(_store.PathOf("new"), whole);
            File.Move(_store.PathOf("new"), _store.PathOf(_chunk), overwrite: true);
            return false;
        });
        Verification run = Run(mutations: mutations);
        Assert.True(replaced);
        Assert.Empty(_store.SetAside());
        Assert.Equal(whole, File.ReadAllBytes(_store.PathOf(_chunk)));
        Assert.Contains(run.Log, line => line.EndsWith("was replaced meanwhile, and stays", StringComparison.Ordinal));
        Assert.Equal("OK", Run().State);
    }

    [Fact]
    public void A_good_chunk_goes_back_also_where_nothing_is_renamed_without_replacing()
    {
        AtomicFileTests.NeedsLinux();
        byte[] whole = File.ReadAllBytes(_store.PathOf(_chunk));
        Flip();
        bool replaced = false, refused = false;
        var mutations = new FailingMutations(OsError.EPERM, to =>
        {
            if (to.EndsWith(".bad", StringComparison.Ordinal) && !replaced)
            {
                replaced = true;
                File.WriteAllBytes(_store.PathOf("new"), whole);
                File.Move(_store.PathOf("new"), _store.PathOf(_chunk), overwrite: true);
            }

            if (to != _store.PathOf(_chunk) || refused) return false;
            return refused = true;
        });
        Verification run = Run(mutations: mutations);
        Assert.True(replaced && refused);
        Assert.Empty(_store.SetAside());
        Assert.Equal(whole, File.ReadAllBytes(_store.PathOf(_chunk)));
        Assert.Contains(run.Log, line => line.EndsWith("was replaced meanwhile, and stays", StringComparison.Ordinal));
    }

    private Verification Run(IFileMutations? mutations = null, Func<int>? onOpen = null)
    {
        var engine = new EngineOptions
        {
            Mutations = mutations ?? FileMutations.Default,
            ChunkFiles = folder => onOpen is null ? SequentialFile.In(folder) : new FaultyFile(SequentialFile.In(folder)) { OnOpen = onOpen },
        };
        PbsEngine session = new PbsEngine(Connection.Local(_server.Options), engine);
        return Verification.Run(session, session.Resolver.Resolve("main"), new VerifyQuery { Threads = 1 });
    }

    private void Flip()
    {
        byte[] content = File.ReadAllBytes(_store.PathOf(_chunk));
        content[^3] ^= 0x10;
        File.WriteAllBytes(_store.PathOf(_chunk), content);
    }
}
