using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Interop.Restore;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Restore;

namespace PbsModule.Core.Tests;

/// <summary>Files of so many chunks that several threads write them.</summary>
public sealed class RestoreLargeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<object> _told = [];

    private string Target => Path.Combine(_folder.Root, "target");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_of_many_chunks_is_whole_wherever_it_begins_and_its_gaps_are_where_they_were(bool split)
    {
        byte[] content = Noise(1, 700_000);
        content.AsSpan(200_000, 150_000).Clear();
        for (int before = 1; before < 40_000; before += 7_777)
        {
            using var payload = new MemoryStream();
            byte[] archive = ArchiveOnDisk.Write(writer =>
            {
                writer.Add(ArchiveOnDisk.File_("a"), Noise(2, before));
                writer.Add(ArchiveOnDisk.File_("big"), content);
                writer.Add(ArchiveOnDisk.File_("c"), Noise(3, 50_000));
            }, split ? payload : null);
            using var store = new StoreOnDisk();
            store.AddArchive(archive, split ? payload.ToArray() : null, chunkSize: 20_000);
            Expand(store, new ExpandRequest(Target));
            Assert.Equal(content, File.ReadAllBytes(Path.Combine(Target, "big")));
            Assert.Equal(Noise(3, 50_000), File.ReadAllBytes(Path.Combine(Target, "c")));
            TreeOnDisk.Delete(Target);

            string index = split ? "root.ppxar.didx" : "root.pxar.didx";
            foreach (long lost in (long[])[120_000, 500_000, 640_000]) store.LoseChunk(index, lost);
            ArchiveRestoreInfo strict = Expand(store, new ExpandRequest(Target));
            Assert.Equal((2, 1), (strict.Files, strict.Failed));
            Assert.False(File.Exists(Path.Combine(Target, "big")));
            TreeOnDisk.Delete(Target);
            Expand(store, new ExpandRequest(Target) { AllowMissingChunk = true });
            ArchiveGapInfo[] gaps = [.. _told.OfType<ArchiveGapInfo>()];
            Assert.Equal([120_000, 500_000, 640_000], gaps.Select(gap => gap.Offset));
            Assert.All(gaps, gap => Assert.Equal("/big", gap.Files.ToString()));
            byte[] expected = [.. content];
            long start = (split ? payload.ToArray() : archive).AsSpan().IndexOf(content.AsSpan(0, 64));
            foreach (ArchiveGapInfo gap in gaps) expected.AsSpan((int)(gap.Offset - start), (int)gap.Length).Clear();
            Assert.Equal(expected, File.ReadAllBytes(Path.Combine(Target, "big")));
            TreeOnDisk.Delete(Target);
        }
    }

    /// <summary>Clients up to 4.1.11 wrote references that do not rise, which pxar 1.0.1 refuses.</summary>
    [Fact]
    public void References_of_a_split_archive_need_not_rise()
    {
        using var payload = new MemoryStream();
        byte[] archive = ArchiveOnDisk.Write(writer =>
        {
            foreach (string name in (string[])["a", "b", "c"]) writer.Add(ArchiveOnDisk.File_(name), Noise(name[0], 30_000));
        }, payload);

        // The offset stands behind the type and the size of the item.
        const int offsetAt = 16;
        byte[] type = BitConverter.GetBytes((ulong)PxarType.PayloadReference);
        int first = archive.AsSpan().IndexOf(type), second = first + 1 + archive.AsSpan(first + 1).IndexOf(type);
        Span<byte> one = archive.AsSpan(first + offsetAt, sizeof(ulong)), two = archive.AsSpan(second + offsetAt, sizeof(ulong));
        byte[] kept = one.ToArray();
        two.CopyTo(one);
        kept.CopyTo(two);

        using var store = new StoreOnDisk();
        store.AddArchive(archive, payload.ToArray(), chunkSize: 20_000);
        ArchiveRestoreInfo restored = Expand(store, new ExpandRequest(Target));
        Assert.Equal((3, 0), (restored.Files, restored.Failed));
        foreach ((string name, char content) in ((string, char)[])[("a", 'b'), ("b", 'a'), ("c", 'c')]) Assert.Equal(Noise(content, 30_000), File.ReadAllBytes(Path.Combine(Target, name)));
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(400_000)]
    public void How_far_a_large_file_is_can_be_asked_while_it_is_written(int chunkSize)
    {
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer => writer.Add(ArchiveOnDisk.File_("big"), Noise(1, 3_000_000))), chunkSize: chunkSize);
        using ArchiveReader reader = ArchiveItemTests.Open(store);
        List<long> seen = [];
        TreeRestore? restore = null;
        Directory.CreateDirectory(Target);
        var access = new FaultyTarget(int.MaxValue, 0, false)
        {
            OnStep = _ =>
            {
                lock (seen) seen.Add(restore!.Counts.Underway);
            },
        };
        Assert.Equal(0, access.Open(Target, isNew: false, out TargetFolder? open));
        using TargetFolder folder = open!;
        var identity = new GroupIdentity(new PbsEngine(Connection.None).Resolver.ResolvePath(store.Path), BackupNamespace.Root, ArchiveOnDisk.Snapshot.Group);
        var work = new ArchiveWork(identity, ArchiveOnDisk.Snapshot, "root.pxar", static _ => { });
        restore = new TreeRestore(reader, folder, false, new RestoreOptions { Destination = Target }, work, TestContext.Current.CancellationToken);
        restore.RunAll();
        Assert.Contains(seen, done => done is > 1_000_000 and < 3_000_000);
        Assert.Equal((0L, 3_000_000L), (restore.Counts.Underway, restore.Counts.Bytes));
    }

    private static byte[] Noise(int seed, int length)
    {
        byte[] noise = new byte[length];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    private ArchiveRestoreInfo Expand(StoreOnDisk store, ExpandRequest request)
    {
        _told.Clear();
        PbsEngine engine = new PbsEngine(Connection.None);
        return engine.Expansion.ExpandArchive(engine.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot, request, new ArchiveListener(_told.Add, static _ => { }, static (_, _, _) => { }), CancellationToken.None);
    }
}
