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

    public void Dispose() => _folder.Dispose();
}
