using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// Keeps files that are written for the user out of datastores and out of the server's own folders, whatever path
/// leads there: a relative one, a symbolic link, or another mount of the same folder. Replacing what is there changes
/// nothing about that.
/// </summary>
internal sealed class OutputGuard
{
    private const string InDatastore = "a datastore";
    private const string InServerFolder = "a folder of a Proxmox Backup Server's own files";

    // Each of them may be mounted elsewhere by itself.
    private static readonly string[] DatastoreFolders =
        ["", Datastore.ChunkFolder, Datastore.NamespaceFolder, "vm", "ct", "host"];

    private readonly List<Known> _known = [];

    /// <param name="datastores">Full paths of datastores, which need not be there.</param>
    /// <param name="serverFolders">Full paths of folders that belong to a server.</param>
    public OutputGuard(IEnumerable<string> datastores, IEnumerable<string> serverFolders)
    {
        foreach (string path in datastores)
        {
            foreach (string name in DatastoreFolders) Add(Path.Combine(path, name), InDatastore);
        }

        foreach (string path in serverFolders) Add(path, InServerFolder);
    }

    /// <summary>Refuses a file or folder that lies in a guarded place, or would.</summary>
    /// <param name="path">Full path; need not exist.</param>
    /// <exception cref="PbsArgumentException">It lies there.</exception>
    public void Demand(string path)
    {
        string real = RealPath.Of(Path.TrimEndingDirectorySeparator(path));
        for (string? at = real; at is not null; at = Path.GetDirectoryName(at))
        {
            if ((Find(at) ?? Recognise(at)) is { } place) throw Refusal(path, place);
        }
    }

    /// <summary>Why nothing may be written to a folder that is there; null where something may.</summary>
    /// <param name="path">Full path of the folder; those above it have been asked for.</param>
    public string? Refuse(string path) => Find(path) ?? (HoldsChunks(path) ? InDatastore : null);

    public static PbsArgumentException Refusal(string path, string place) =>
        new(PbsErrorId.DestinationGuarded, $"{PathText.Quote(path)} lies in {place}, and nothing is written there",
            path)
        {
            RecommendedAction = "Name a place outside of every datastore and of the server's own folders. "
                + "-Force makes no difference.",
        };

    private void Add(string path, string what) =>
        _known.Add(new Known(Path.TrimEndingDirectorySeparator(RealPath.Of(path)), StatusOf(path), what));

    private string? Find(string path)
    {
        FileStatus? status = StatusOf(path);
        foreach (Known known in _known)
        {
            if (PathStyle.Current.AreSame(known.Path, path)
                || (status is { } here && here.IsSameFile(known.Status))) return known.What;
        }

        return null;
    }

    /// <summary>By what is in it: a datastore that nobody has registered, or the copy of a configuration.</summary>
    private static string? Recognise(string path)
    {
        if (HoldsChunks(path)) return InDatastore;
        bool isConfiguration = File.Exists(Path.Combine(path, "datastore.cfg"))
            && (File.Exists(Path.Combine(path, "acl.cfg")) || File.Exists(Path.Combine(path, "user.cfg")));
        return isConfiguration ? InServerFolder : null;
    }

    private static bool HoldsChunks(string path)
    {
        var chunks = new DirectoryInfo(Path.Combine(path, Datastore.ChunkFolder));
        return chunks.Exists || chunks.LinkTarget is not null;
    }

    private static FileStatus? StatusOf(string path) => NativeCode.HasLinux ? FileStatus.TryOf(path, out _) : null;

    private readonly record struct Known(string Path, FileStatus? Status, string What);
}
