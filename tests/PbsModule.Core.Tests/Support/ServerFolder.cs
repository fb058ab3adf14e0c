using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Tests;

/// <summary>The folders of a server in a temporary place: configuration, state, logs, run directory.</summary>
internal sealed class ServerFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ServerFolder()
    {
        foreach (string name in (string[])["etc", "lib", "log", "run"]) Directory.CreateDirectory(_folder[name]);
    }

    public string Root => _folder.Root;

    public string ConfigRoot => _folder["etc"];

    public string RunRoot => _folder["run"];

    public ConnectionOptions Options => new() { ConfigRoot = ConfigRoot, StateRoot = _folder["lib"], LogRoot = _folder["log"], RunRoot = RunRoot };

    /// <summary>Writes a configuration file.</summary>
    public void Write(string name, string text) => File.WriteAllText(Path.Combine(ConfigRoot, name), text);

    /// <summary>Registers stores: name, path, and further lines of the section.</summary>
    public void Register(params (string Name, string Path, string Further)[] stores) =>
        Write("datastore.cfg", string.Join('\n', stores.Select(store => $"datastore: {store.Name}\n\tpath {store.Path}\n{store.Further}")));

    public PbsEngine Session(string? authid = null) =>
        new(Connection.Local(Options with { AuthId = authid is null ? null : Authid.Parse(authid) }));

    public void Dispose() => _folder.Dispose();
}
