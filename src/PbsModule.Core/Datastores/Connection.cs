using PbsModule.Core.Access;
using PbsModule.Core.Access.Secrets;
using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Storage;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Datastores;

/// <summary>A configuration, the identity that acts under it, and the work started through it. Thread-safe.</summary>
public sealed class Connection
{
    private static readonly string[] MainFiles = ["datastore.cfg", "user.cfg", "acl.cfg"];

    // Location of a configuration below the root of a disk, and below its etc.
    private static readonly string[] UsualPlaces = ["etc/proxmox-backup", "proxmox-backup"];

    private volatile bool _isClosed;

    private Connection(ConnectionOptions? options, Authid authId, bool isProven)
    {
        Options = options;
        AuthId = authId;
        IsProven = isProven;
        Tasks = new TaskFolder(
            options?.LogRoot ?? "",
            ProcessTable.Default,
            FileMutations.Default,
            TimeProvider.System,
            release: new Lazy<ServerRelease?>(LogRelease));
        Workers = new TaskRunner(Tasks);
        if (options is null) return;
        Configuration = new ConfigurationRoot(options.ConfigRoot, options.Release);
        Access = new AccessConfiguration(Configuration);
        Keys = new ServerKeys(Configuration, Access, authId);
    }

    /// <summary>
    /// A new connection without configuration: stores are opened by path, without access control. Each instance has its
    /// own tasks.
    /// </summary>
    public static Connection None => new(null, Authid.Root, isProven: false);

    /// <summary>Options of the connection; null for <see cref="None"/>.</summary>
    public ConnectionOptions? Options { get; }

    /// <summary>The acting identity.</summary>
    public Authid AuthId { get; }

    /// <summary>
    /// True if the identity was proven by its secret; false if the account that owns the configuration chose it.
    /// </summary>
    public bool IsProven { get; }

    /// <summary>Whether objects found through the connection may still be used.</summary>
    public bool IsOpen => !_isClosed;

    /// <summary>
    /// Whether the identity could log in to the server now: it exists, is enabled and not expired. Privileges do not
    /// depend on this.
    /// </summary>
    public bool IsActive => Access is null || Access.Load().IsActive(AuthId);

    /// <summary>
    /// The reason why the folder is probably not the intended one, and a likely other one; null if it holds a
    /// configuration.
    /// </summary>
    public string? Doubt
    {
        get
        {
            if (Options is null || MainFiles.Any(name => File.Exists(Path.Combine(Options.ConfigRoot, name))))
            {
                return null;
            }

            string? below = UsualPlaces.Select(place => Path.Combine(Options.ConfigRoot, place)).FirstOrDefault(place =>
                File.Exists(Path.Combine(place, MainFiles[0])));
            return $"there is no {MainFiles[0]} in '{Options.ConfigRoot}', so no datastore has a name"
                + (below is not null ? $"; there is one in '{below}'"
                    : Directory.Exists(Path.Combine(Options.ConfigRoot, Datastore.ChunkFolder))
                        ? "; the folder is a datastore itself, and needs no connection: give its path as -Datastore"
                        : "");
        }
    }

    /// <summary>
    /// The release of the server that owns the configuration; null if nothing tells it, and without a configuration.
    /// </summary>
    public ServerRelease? Release => Configuration?.Release;

    /// <summary>
    /// What datastore.cfg and user.cfg contain that the module does not know, one sentence each. It is kept, and left
    /// out of account.
    /// </summary>
    public IReadOnlyList<string> UnknownSettings =>
        Configuration is null ? [] : [.. Configuration.Datastores.Unknown, .. Access!.Load().Users.Unknown];

    /// <summary>Ends the use of objects found through the connection. Running work continues to its end.</summary>
    public void Close() => _isClosed = true;

    internal ConfigurationRoot? Configuration { get; }

    internal AccessConfiguration? Access { get; }

    /// <summary>The server's own keys; null without a configuration.</summary>
    internal ServerKeys? Keys { get; }

    /// <summary>The task logs and lists; a folder that does not exist for <see cref="None"/>.</summary>
    internal TaskFolder Tasks { get; }

    /// <summary>Starts the tasks of this connection, and tracks those without a log file.</summary>
    internal TaskRunner Workers { get; }

    /// <summary>
    /// Connects to the configuration of a server on this machine, or to a copy of one. Without proof of the identity,
    /// this is allowed only for the account that owns the configuration and for root: both could change it anyway.
    /// </summary>
    /// <exception cref="PbsNotFoundException">The configuration folder does not exist.</exception>
    /// <exception cref="PbsPermissionException">This account may not act for another identity there.</exception>
    /// <exception cref="PbsStorageException">A configuration file cannot be read.</exception>
    /// <exception cref="PbsFormatException">A configuration file is damaged.</exception>
    public static Connection Local(ConnectionOptions options)
    {
        ConnectionOptions full = Full(options);
        LocalAccount.DemandControl(full.ConfigRoot);
        return new Connection(full, full.AuthId ?? Authid.Root, isProven: false).Checked();
    }

    /// <summary>
    /// Connects as <see cref="Local"/> does, but from any account: the secret stored in the configuration proves the
    /// identity.
    /// </summary>
    /// <param name="options">Folders and identity; <see cref="ConnectionOptions.AuthId"/> must be set.</param>
    /// <param name="secret">The password of a user of realm pbs, or the secret of a token. It is not kept.</param>
    /// <param name="cancellation">Cancels the delay after a wrong secret.</param>
    /// <exception cref="PbsPermissionException">
    /// <c>authentication failed - {reason}</c>, after a delay of three seconds; or this account cannot read the
    /// secrets.
    /// </exception>
    /// <exception cref="PbsArgumentException">No identity is given.</exception>
    /// <exception cref="PbsException">As for <see cref="Local"/>; or libcrypt is not installed.</exception>
    public static Connection Proven(
        ConnectionOptions options,
        ReadOnlySpan<char> secret,
        CancellationToken cancellation)
    {
        ConnectionOptions full = Full(options);
        Authid authId = full.AuthId
            ?? throw new PbsArgumentException(PbsErrorId.AuthIdInvalid, "a secret proves nothing without an identity");
        Connection connection = new Connection(full, authId, isProven: true).Checked();
        new Authenticator(connection.Access!).Demand(authId, secret, cancellation);
        return connection;
    }

    /// <summary>Reads the configuration, so that problems with it are reported now and not at the first use.</summary>
    private Connection Checked()
    {
        _ = Configuration!.Datastores;
        _ = Access!.Load();
        return this;
    }

    /// <summary>The release of the server that owns the logs, which need not be beside the configuration.</summary>
    private ServerRelease? LogRelease() => Options is null
        ? null
        : Options.Release ?? InstalledRelease.Of(Options.LogRoot, ConnectionOptions.DefaultLogRoot) ?? Release;

    private static ConnectionOptions Full(ConnectionOptions options) => options with
    {
        ConfigRoot = Path.GetFullPath(options.ConfigRoot),
        StateRoot = Path.GetFullPath(options.StateRoot),
        LogRoot = Path.GetFullPath(options.LogRoot),
        RunRoot = Path.GetFullPath(options.RunRoot),
    };

    public override string ToString() => Options is null ? "none" : $"{AuthId} on {Options.ConfigRoot}";
}
