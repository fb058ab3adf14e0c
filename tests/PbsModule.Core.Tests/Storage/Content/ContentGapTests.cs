using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Tests;

/// <summary>Zeros in the place of content are never silent, however the chunk that is missing came to be known.</summary>
public sealed class ContentGapTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ChunkFolder _chunks = new();

    public void Dispose()
    {
        _folder.Dispose();
        _chunks.Dispose();
    }

    [Fact]
    public void A_lost_chunk_that_was_met_before_on_the_way_to_the_file_is_told()
    {
        byte[] content = Noise(1, 25_000);
        byte[] archive = ArchiveOnDisk.Write(writer => writer.Add(ArchiveOnDisk.File_("last"), content));
        using var store = new StoreOnDisk();
        store.AddArchive(archive, chunkSize: 10_000);

        // The end of the file, and the table behind it, without which the file is looked for from the front on.
        store.LoseChunk("root.pxar.didx", archive.Length - 1);
        List<object> told = [];
        PbsEngine engine = new PbsEngine(Connection.None);
        FileInfo saved = engine.ArchiveItems.SaveItem(
            engine.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/last"), _folder.Root) { AllowMissingChunk = true },
            new ArchiveListener(told.Add, static _ => { }, static (_, _, _) => { }), CancellationToken.None);
        Assert.NotEqual(content, File.ReadAllBytes(saved.FullName));
        ArchiveGapInfo gap = Assert.Single(told.OfType<ArchiveGapInfo>());
        Assert.Equal((20_000, "/last"), (gap.Offset, gap.Files.ToString()));
    }

    [Fact]
    public void A_lost_chunk_that_was_read_while_another_was_waited_for_is_told()
    {
        byte[][] pieces = [.. Enumerable.Range(1, 4).Select(i => Enumerable.Repeat((byte)i, 1000).ToArray())];
        DynamicIndex index = Write(pieces);
        File.Delete(_chunks.PathOf(Digest.Of(pieces[2])));
        using var isBusy = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        int opened = 0;

        // The helper is at the second chunk until the third was asked for by who waits for the second.
        using var own = new ChunkReader(_chunks.Root, null, root => new FaultyFile(SequentialFile.In(root)) { OnOpen = () => Meanwhile() });
        using var source = new ChunkSource(index, own, CryptMode.None, () => new ChunkReader(_chunks.Root, null, root => new FaultyFile(SequentialFile.In(root)) { OnOpen = () => Wait() }));
        List<ChunkGap> told = [];
        source.OnGap = told.Add;
        source.ReadAheadTo(long.MaxValue);
        source.Lend(0, 1, out _);
        Assert.True(isBusy.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(2, source.Lend(1000, 1, out _)[0]);
        Assert.Empty(told);
        Assert.True(source.Lend(2000, 1, out ChunkGap? gap).IsEmpty);
        Assert.Same(gap, Assert.Single(told));

        int Meanwhile()
        {
            if (++opened == 2) goOn.Set();
            return 0;
        }

        int Wait()
        {
            isBusy.Set();
            goOn.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            return 0;
        }
    }

    [Fact]
    public void What_may_not_be_read_is_no_gap()
    {
        byte[][] pieces = [.. Enumerable.Range(1, 4).Select(i => Enumerable.Repeat((byte)i, 1000).ToArray())];
        DynamicIndex index = Write(pieces);
        using var own = new ChunkReader(_chunks.Root, null, root => new FaultyFile(SequentialFile.In(root)) { OnOpen = () => OsError.EACCES });
        using var source = new ChunkSource(index, own, CryptMode.None);
        Assert.Throws<PbsPermissionException>(() => source.Lend(0, 1, out _).Length);
        Assert.Throws<PbsPermissionException>(() => source.CopyChunks(new ChunkRun(0, 4), 0, new Nowhere(), static _ => { }, static _ => { }, CancellationToken.None));
    }

    [Fact]
    public void Whatever_ends_the_helper_ends_nothing_else()
    {
        byte[][] pieces = [.. Enumerable.Range(1, 9).Select(i => Enumerable.Repeat((byte)i, 1000).ToArray())];
        DynamicIndex index = Write(pieces);
        using var own = new ChunkReader(_chunks.Root);
        using var source = new ChunkSource(index, own, CryptMode.None, static () => throw new InsufficientMemoryException());
        source.ReadAheadTo(long.MaxValue);
        byte[] all = new byte[source.Length];
        source.Read(0, all);
        Assert.Equal(pieces.SelectMany(piece => piece), all);
    }

    private static byte[] Noise(int seed, int length)
    {
        byte[] noise = new byte[length];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    private DynamicIndex Write(byte[][] pieces)
    {
        using var file = new MemoryStream();
        using var index = new DynamicIndexWriter(file, Guid.NewGuid(), 0);
        foreach (byte[] piece in pieces) index.Add(piece.Length, _chunks.Put(piece));
        index.Finish();
        return new DynamicIndex(file.ToArray());
    }

    private sealed class Nowhere : IPlacedSink
    {
        public void WriteAt(long offset, ReadOnlySpan<byte> data)
        {
        }

        public void Reach(long offset)
        {
        }
    }
}
