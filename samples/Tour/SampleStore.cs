using System.Formats.Tar;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace Tour;

/// <summary>
/// The embedded datastore, unpacked to a temporary folder beside a small configuration that registers it as "sample". The
/// folder goes away at the end.
/// </summary>
internal sealed class SampleStore : IDisposable
{
    private const string Name = "sample";

    private readonly TemporaryFolder _folder;

    private SampleStore(TemporaryFolder folder)
    {
        _folder = folder;
        string root = folder.Path;
        Folder = Path.Combine(root, "ds1");
        string configuration = Path.Combine(root, "etc");
        Directory.CreateDirectory(configuration);
        File.WriteAllText(Path.Combine(configuration, "datastore.cfg"), $"datastore: {Name}\n\tcomment The store of this tour\n\tpath {Folder}\n");
        Session = new PbsSession(Connection.Local(new ConnectionOptions
        {
            ConfigRoot = configuration,
            StateRoot = Path.Combine(root, "lib"),
            LogRoot = Path.Combine(root, "log"),
            RunRoot = Path.Combine(root, "run"),
        }));
        Datastore = Session.Resolve(Name);
    }

    /// <summary>The store's own folder.</summary>
    public string Folder { get; }

    public PbsSession Session { get; }

    public DatastoreContext Datastore { get; }

    /// <summary>What the engine had to say about broken things on the way; the sample has some on purpose.</summary>
    public List<ListingProblem> Problems { get; } = [];

    public static SampleStore Unpack()
    {
        var folder = new TemporaryFolder();
        try
        {
            using Stream packed = typeof(SampleStore).Assembly.GetManifestResourceStream("ds1.tar.zst")!;
            using var tar = new ZstdReadStream(packed);
            TarFile.ExtractToDirectory(tar, folder.Path, overwriteFiles: false);
            return new SampleStore(folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Flips one bit in a chunk that an archive of two snapshots has in common.</summary>
    /// <param name="archive">The index.</param>
    /// <param name="snapshot">Identity of one snapshot.</param>
    /// <param name="other">Of the other.</param>
    /// <returns>The chunk's digest.</returns>
    public string DamageShared(string archive, string snapshot, string other)
    {
        DynamicIndex first = IndexOf(snapshot, archive), second = IndexOf(other, archive);
        HashSet<Digest> known = [.. Enumerable.Range(0, second.Count).Select(second.GetDigest)];
        string digest = Enumerable.Range(0, first.Count).Select(first.GetDigest).First(known.Contains).ToString();
        string path = Path.Combine(Folder, ".chunks", digest[..4], digest);
        byte[] content = File.ReadAllBytes(path);
        content[^1] ^= 1;
        File.WriteAllBytes(path, content);
        return digest;
    }

    private DynamicIndex IndexOf(string snapshot, string archive) => new(File.ReadAllBytes(Path.Combine(Folder, snapshot, archive)));

    public void Dispose() => _folder.Dispose();
}
