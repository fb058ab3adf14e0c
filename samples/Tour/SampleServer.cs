using System.Formats.Tar;
using PbsModule.Core.Formats.Zstd;

namespace Tour;

/// <summary>
/// Unpacks the embedded datastore to a temporary folder, beside a server configuration that has it as "sample". The
/// folder is removed at the end.
/// </summary>
internal sealed class SampleServer : IDisposable
{
    private const string Users = """
        user: admin@pbs
        	comment Administrator

        user: alice@pbs
        	firstname Alice

        token: alice@pbs!nightly
        	comment nightly script

        """;

    private const string Acl = """
        acl:1:/:admin@pbs:Admin
        acl:1:/datastore:alice@pbs:DatastoreAudit
        acl:1:/datastore/sample/a:alice@pbs:DatastorePowerUser
        acl:1:/datastore/sample:alice@pbs!nightly:DatastoreBackup

        """;

    private readonly TemporaryFolder _folder;

    private SampleServer(TemporaryFolder folder)
    {
        _folder = folder;
        string configuration = Directory.CreateDirectory(Path.Combine(Root, "etc")).FullName;
        foreach (string name in (string[])["lib", "log", "run"]) Directory.CreateDirectory(Path.Combine(Root, name));
        string store = Path.Combine(Root, "ds1");
        string datastore = $"datastore: sample\n\tcomment The datastore of this tour\n\tpath {store}\n";
        File.WriteAllText(Path.Combine(configuration, "datastore.cfg"), datastore);
        File.WriteAllText(Path.Combine(configuration, "user.cfg"), Users);
        File.WriteAllText(Path.Combine(configuration, "acl.cfg"), Acl);
    }

    /// <summary>
    /// The folder with the datastore <c>ds1</c> and the server's <c>etc</c>, <c>lib</c>, <c>log</c> and <c>run</c>.
    /// </summary>
    public string Root => _folder.Path;

    public static SampleServer Unpack()
    {
        var folder = new TemporaryFolder();
        try
        {
            using Stream packed = typeof(SampleServer).Assembly.GetManifestResourceStream("ds1.tar.zst")!;
            using var tar = new ZstdReadStream(packed);
            TarFile.ExtractToDirectory(tar, folder.Path, overwriteFiles: false);
            return new SampleServer(folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public void Dispose() => _folder.Dispose();
}
