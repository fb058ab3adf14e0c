using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Pxar;

namespace PbsModule.Core.Tests;

/// <summary>Archives in which a directory has one name twice: neither entry is lost without a word.</summary>
public sealed class RepeatedNameTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StoreOnDisk _store = new();
    private readonly PbsEngine _engine = new(Connection.None);
    private readonly List<ListingProblem> _problems = [];

    public RepeatedNameTests() => _store.AddArchive(ArchiveOnDisk.Write(writer =>
    {
        writer.Add(ArchiveOnDisk.File_("once"), [1]);
        writer.StartDirectory(ArchiveOnDisk.Folder("sub"));
        writer.Add(ArchiveOnDisk.File_("f"), [1, 2]);
        writer.Add(ArchiveOnDisk.File_("f"), [1, 2, 3]);
        writer.Add(ArchiveOnDisk.File_("g"), [1]);
        writer.EndDirectory();
        writer.StartDirectory(ArchiveOnDisk.Folder("sub"));
        writer.Add(ArchiveOnDisk.File_("h"), [1, 2, 3, 4]);
        writer.EndDirectory();
        writer.Add(ArchiveOnDisk.File_("top"), [1, 2, 3, 4, 5]);
        writer.Add(ArchiveOnDisk.File_("top"), [1, 2, 3, 4, 5, 6]);
    }));

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/once", "/once 1")]
    [InlineData("/top", "/top 5, /top 6")]
    [InlineData("/sub/f", "/sub/f 2, /sub/f 3")]
    [InlineData("/sub/h", "/sub/h 4")]
    [InlineData("/sub", "/sub/f 2, /sub/f 3, /sub/g 1, /sub/h 4")]
    public void A_path_lists_every_entry_that_it_leads_to(string path, string expected)
    {
        var query = new CatalogQuery { Paths = [CatalogPath.Literal(path)] };
        IEnumerable<ArchiveItemInfo> listed = _engine.Archives.ListItems(
            _engine.Resolver.ResolvePath(_store.Path),
            ArchiveOnDisk.Snapshot,
            query,
            null,
            _problems.Add,
            CancellationToken.None);
        Assert.Equal(expected, string.Join(", ", listed.Select(item => $"{item.Path} {item.Size ?? 0}")));
        Assert.Empty(_problems);
    }

    [Theory]
    [InlineData("/once", 1, false)]
    [InlineData("/top", 5, true)]
    [InlineData("/sub/f", 2, true)]
    public void Opening_by_a_path_of_two_entries_takes_the_first_and_says_so(string path, int size, bool isRepeated)
    {
        using Stream content = _engine.ArchiveItems.Open(
            _engine.Resolver.ResolvePath(_store.Path),
            ArchiveOnDisk.Snapshot,
            "root.pxar",
            CatalogPath.Literal(path),
            null,
            CancellationToken.None,
            _problems.Add);
        Assert.Equal(size, content.Length);
        Assert.Equal(isRepeated, _problems.Count == 1);
        Assert.All(_problems, problem => Assert.Contains(path, problem.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/once", 1, false)]
    [InlineData("/top", 5, true)]
    [InlineData("/sub/f", 2, true)]
    [InlineData("/sub/g", 1, true)]
    public void Saving_by_a_path_of_two_entries_takes_the_first_and_says_so(string path, int size, bool isRepeated)
    {
        var request = new ArchiveSaveRequest(CatalogPath.Literal(path), _folder["saved"]);
        var listener = new ArchiveListener(static _ => { }, _problems.Add, static (_, _, _) => { });
        FileInfo saved = _engine.ArchiveItems.SaveItem(
            _engine.Resolver.ResolvePath(_store.Path),
            ArchiveOnDisk.Snapshot,
            request,
            listener,
            CancellationToken.None);
        Assert.Equal(size, saved.Length);
        if (!isRepeated)
        {
            Assert.Empty(_problems);
            return;
        }

        ListingProblem problem = Assert.Single(_problems);
        Assert.Equal(ListingProblemKind.Warning, problem.Kind);
        Assert.Equal($"{ArchiveOnDisk.Snapshot}/root.pxar{path}", problem.Target);
        Assert.Contains(problem.Target, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_are_twice_are_found_with_and_without_the_table_of_their_directory()
    {
        byte[] archive = ArchiveOnDisk.Write(writer =>
        {
            writer.Add(ArchiveOnDisk.File_("a"), [1]);
            writer.Add(ArchiveOnDisk.File_("a"), [1, 2]);
            writer.Add(ArchiveOnDisk.File_("b"), [1]);
        });
        foreach (bool isWhole in new[] { true, false })
        {
            // The marker of the table's last record.
            if (!isWhole) archive[^24] ^= 1;
            PxarReader reader = PxarReader.ForLookUp(new MemoryByteSource(archive));
            Assert.True(reader.IsRepeatedInRoot("a"u8.ToArray()));
            Assert.False(reader.IsRepeatedInRoot("b"u8.ToArray()));
            Assert.False(reader.IsRepeatedInRoot("c"u8.ToArray()));
            Assert.Equal(
                [1L, 2L],
                reader.FindAll(reader.Root, "a"u8.ToArray())
                    .Where(child => child.Entry is not null)
                    .Select(child => child.Entry!.Size));
        }
    }
}
