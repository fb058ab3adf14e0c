using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Formats.Zstd;

namespace PbsModule.Core.Tests;

/// <summary>
/// Archives that want out of the folder in which their zip or tar file is unpacked by ordinary tools: beside that
/// folder lies a canary tree, and it stays as it is. What is refused is reported by name, and the rest is packed.
/// </summary>
public sealed class PackHostileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<object> _told = [];
    private readonly List<ListingProblem> _problems = [];
    private readonly string _canary;
    private readonly string _before;

    public PackHostileTests()
    {
        _canary = Directory.CreateDirectory(_folder["canary"]).FullName;
        File.WriteAllText(Path.Combine(_canary, "x"), "canary");
        Directory.CreateDirectory(Path.Combine(_canary, "e"));
        _before = State();
    }

    public static TheoryData<string, string, string[], string[]> Hostile => new()
    {
        { "a link, then a directory", "L d | D d ( F x F new ) | F good", ["d", "good"], ["/d"] },
        { "a link, then a file", "L x | F x | F good", ["x", "good"], ["/x"] },
        { "a directory, a link and a directory", "D d ( F a ) | L d | D d ( F x )", ["d/", "d/a"], ["/d", "/d"] },
        { "down", "D a ( L d D d ( F x D e ( F y ) ) F good ) | F last", ["a/", "a/d", "a/good", "last"], ["/a/d"] },
        { "a directory twice", "D d ( L e ) | D d ( D e ( F x ) ) | F good", ["d/", "d/e", "good"], ["/d"] },
        { "a file twice", "F x | F x", ["x"], ["/x"] },
        { "a file, then a directory", "F d | D d ( F x )", ["d"], ["/d"] },
        { "like names", "D d ( F x ) | D d2 ( F x ) | D d.d ( )", ["d/", "d/x", "d2/", "d2/x", "d.d/"], [] },
    };

    public void Dispose()
    {
        Assert.Equal(_before, State());
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Nothing_is_unpacked_through_a_link_of_the_archive(
        string what,
        string content,
        string[] packed,
        string[] refused)
    {
        Assert.NotEmpty(what);
        foreach (string target in (string[])["../canary", _canary])
        {
            byte[] archive = ArchiveOnDisk.Write(writer => Fill(writer, content.Split(' '), target));
            FileInfo tar = Save(archive, ArchivePacking.TarZstd);
            Assert.Equal(packed, NamesInTar(tar));
            Assert.Equal(
                refused,
                _problems.Select(
                    problem => problem.Target[(problem.Target.IndexOf(".pxar", StringComparison.Ordinal) + 5)..]));
            Assert.All(_problems, problem => Assert.Equal(PbsErrorId.ArchiveNameRefused, problem.ErrorId));

            // With -P it follows links and takes any name, as others do without being asked.
            Unpack("tar", "-P", "--zstd", "-xf", tar.FullName, "-C");
            FileInfo zip = Save(archive, ArchivePacking.Zip);
            using (ZipArchive opened = ZipFile.OpenRead(zip.FullName))
            {
                Assert.Equal(
                    packed.Where(name => !IsLink(content, name)),
                    opened.Entries.Select(entry => entry.FullName));
            }
            Unpack("unzip", "-qo", zip.FullName, "-d");
            Assert.Equal(_before, State());
        }
    }

    [Theory]
    [InlineData(@"..\canary\x")]
    [InlineData(@"a\..\..\canary")]
    [InlineData(@"\canary")]
    [InlineData("C:canary")]
    public void A_name_that_leads_out_on_Windows_is_not_in_a_zip(string name)
    {
        byte[] archive = ArchiveOnDisk.Write(
            writer => Fill(writer, ["F", name, "|", "F", @"dev-disk\x2did.device"], ""));
        FileInfo zip = Save(archive, ArchivePacking.Zip);
        Assert.Equal(PbsErrorId.ArchiveNameRefused, Assert.Single(_problems).ErrorId);
        using (ZipArchive opened = ZipFile.OpenRead(zip.FullName))
        {
            Assert.Equal([@"dev-disk\x2did.device"], opened.Entries.Select(entry => entry.FullName));
        }

        // For tar a backslash is a character like any other.
        Assert.Equal([name, @"dev-disk\x2did.device"], NamesInTar(Save(archive, ArchivePacking.TarZstd)));
    }

    [Fact]
    public void What_a_pack_cannot_hold_is_reported_by_name()
    {
        byte[] archive = ArchiveOnDisk.Write(writer =>
        {
            Fill(writer, ["L", "link", "|", "L", "other", "|", "F", "good"], "good");
            writer.Add(Node("p", CatalogEntryType.Fifo, 0x1000), []);
            writer.Add(Node("s", CatalogEntryType.Socket, 0xC000), []);
        });
        Save(archive, ArchivePacking.Zip);
        Assert.Equal(
            [
                ("a zip file cannot hold a SymbolicLink", "/link /other"),
                ("a zip file cannot hold a Fifo", "/p"),
                ("a zip file cannot hold a Socket", "/s"),
            ],
            Missed());
        Save(archive, ArchivePacking.TarZstd);
        Assert.Equal([("a tar file cannot hold a Socket", "/s")], Missed());
        Assert.Empty(_problems);
    }

    private static PxarEntry Node(string name, CatalogEntryType type, uint kind) =>
        new() { Name = Encoding.UTF8.GetBytes(name), Type = type, Stat = new PxarStat(kind | 0x1A4, 0, 0, 0, 1, 0) };

    private static bool IsLink(string content, string name) =>
        content.Contains($"L {name.Split('/')[^1]} ", StringComparison.Ordinal) && !name.EndsWith('/');

    /// <summary>Reads <c>L name</c>, <c>F name</c> and <c>D name ( … )</c>.</summary>
    private static void Fill(PxarWriter writer, string[] words, string target)
    {
        for (int i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "L":
                    writer.Add(ArchiveOnDisk.Link(words[++i], target), []);
                    break;
                case "F":
                    writer.Add(ArchiveOnDisk.File_(words[++i], 0x1FF), "evil"u8);
                    break;
                case "D":
                    writer.StartDirectory(ArchiveOnDisk.Folder(words[++i], 0x1FF));
                    break;
                case ")":
                    writer.EndDirectory();
                    break;
                default:
                    break;
            }
        }
    }

    private static string[] NamesInTar(FileInfo tar)
    {
        using var reader = new TarReader(new ZstdReadStream(File.OpenRead(tar.FullName)));
        List<string> names = [];
        while (reader.GetNextEntry() is { } entry) names.Add(entry.Name);
        return [.. names];
    }

    private (string Reason, string Paths)[] Missed() =>
        [.. _told.OfType<RestoreWarningInfo>().Select(missed => (missed.Reason, string.Join(' ', missed.Paths)))];

    private FileInfo Save(byte[] archive, ArchivePacking packing)
    {
        _told.Clear();
        _problems.Clear();
        using var store = new StoreOnDisk();
        store.AddArchive(archive);
        PbsEngine engine = new PbsEngine(Connection.None);
        var root = CatalogPath.Literal("/");
        var request = new ArchiveSaveRequest(root, _folder.Root) { Packing = packing, Replace = true };
        var listener = new ArchiveListener(_told.Add, _problems.Add, static (_, _, _) => { });
        return engine.ArchiveItems.SaveItem(
            engine.Resolver.ResolvePath(store.Path),
            ArchiveOnDisk.Snapshot,
            request,
            listener,
            CancellationToken.None);
    }

    /// <summary>Unpacks beside the canary; what the tool refuses is its own business.</summary>
    private void Unpack(string tool, params string[] arguments)
    {
        string folder = Directory.CreateDirectory(_folder["unpacked"]).FullName;
        try
        {
            var start = new ProcessStartInfo(
                tool,
                [.. arguments, folder]) { RedirectStandardError = true, RedirectStandardOutput = true };
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.NotNull(errors.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            TestContext.Current.SendDiagnosticMessage($"{tool} is not on this machine: not tried");
        }

        TreeOnDisk.Delete(folder);
    }

    private string State() => string.Join('\n', TreeOnDisk.Read(_canary).Select(pair => $"{pair.Key} {pair.Value}"));
}
