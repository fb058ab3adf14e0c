using PbsModule.Core.Access;
using PbsModule.Core.Configuration;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Administration;

/// <summary>
/// A configuration, the identity that acts under it, and the work it has started. Safe on any number of threads.
/// </summary>
public sealed class Connection
{
    private static readonly string[] MainFiles = ["datastore.cfg", "user.cfg", "acl.cfg"];

    // Where a configuration is below the root of a disk, and below its etc.
    private static readonly string[] UsualPlaces = ["etc/proxmox-backup", "proxmox-backup"];

    private volatile bool _isClosed;

    private Connection(ConnectionOptions? options, Authid authId, bool isProven)
    {
        Options = options;
        AuthId = authId;
        IsProven = isProven;
        Tasks =
            new TaskFolder(options?.LogRoot ?? "", ProcessTable.Default, FileMutations.Default, TimeProvider.System);
        Workers = new TaskRunner(Tasks);
        if (options is null) return;
        Configuration = new ConfigurationRoot(options.ConfigRoot);
        Access = new AccessConfiguration(Configuration);
    }

    /// <summary>
    /// No configuration: stores are opened by path and have no access control. Each has the work it started to itself.
    /// </summary>
    public static Connection None => new(null, Authid.Root, isProven: false);

    /// <summary>Null for <see cref="None"/>.</summary>
    public ConnectionOptions? Options { get; }

    /// <summary>Who acts.</summary>
    public Authid AuthId { get; }

    /// <summary>
    /// True when the identity was proven by its secret; else the account that owns the configuration only says so.
    /// </summary>
    public bool IsProven { get; }

    /// <summary>Whether objects that were found through it may still be used.</summary>
    public bool IsOpen => !_isClosed;

    /// <summary>
    /// Whether the identity could log in to the server now: there, enabled, not expired. Privileges do not depend on
    /// it.
    /// </summary>
    public bool IsActive => Access is null || Access.Load().IsActive(AuthId);

    /// <summary>
    /// Why the folder is hardly the one that was meant, and which may be; null where it holds a configuration.
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
    /// Ends the use of objects that were found through it. Work that is under way goes on to its end.
    /// </summary>
    public void Close() => _isClosed = true;

    internal ConfigurationRoot? Configuration { get; }

    internal AccessConfiguration? Access { get; }

    /// <summary>The task logs and lists; a folder that is not there for <see cref="None"/>.</summary>
    internal TaskFolder Tasks { get; }

    /// <summary>Starts the tasks of this connection and knows those that left no log file.</summary>
    internal TaskRunner Workers { get; }

    /// <summary>
    /// Connects to the configuration of a server on this machine, or to a copy of one. Without proof of who acts, that
    /// is for the account that owns the configuration, and for root: either could change it, and so acts as anybody.
    /// </summary>
    /// <exception cref="PbsNotFoundException">The configuration folder is not there.</exception>
    /// <exception cref="PbsPermissionException">This account may not act for anybody there.</exception>
    /// <exception cref="PbsStorageException">A configuration file cannot be read.</exception>
    /// <exception cref="PbsFormatException">A configuration file is damaged.</exception>
    public static Connection Local(ConnectionOptions options)
    {
        ConnectionOptions full = Full(options);
        LocalAccount.DemandControl(full.ConfigRoot);
        return new Connection(full, full.AuthId ?? Authid.Root, isProven: false).Checked();
    }

    /// <summary>
    /// As <see cref="Local"/>, for any account: who acts is proven by the secret that the configuration holds of him.
    /// </summary>
    /// <param name="options">Where, and who acts; <see cref="ConnectionOptions.AuthId"/> must be there.</param>
    /// <param name="secret">The password of a user of realm pbs, or the secret of a token. Not kept.</param>
    /// <param name="cancellation">Ends the waiting after a wrong secret.</param>
    /// <exception cref="PbsPermissionException"><c>authentication failed - {reason}</c>, only after three seconds; or
    /// the secrets cannot be read by this account.</exception>
    /// <exception cref="PbsArgumentException">It is not said who acts.</exception>
    /// <exception cref="PbsException">As for <see cref="Local"/>; or libcrypt is not on this machine.</exception>
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

    /// <summary>What is wrong with the configuration is told now, not at the first use.</summary>
    private Connection Checked()
    {
        _ = Configuration!.Datastores;
        _ = Access!.Load();
        return this;
    }

    private static ConnectionOptions Full(ConnectionOptions options) => options with
    {
        ConfigRoot = Path.GetFullPath(options.ConfigRoot),
        StateRoot = Path.GetFullPath(options.StateRoot),
        LogRoot = Path.GetFullPath(options.LogRoot),
        RunRoot = Path.GetFullPath(options.RunRoot),
    };

    public override string ToString() => Options is null ? "none" : $"{AuthId} on {Options.ConfigRoot}";
}
