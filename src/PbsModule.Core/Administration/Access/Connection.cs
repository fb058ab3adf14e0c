using PbsModule.Core.Access;
using PbsModule.Core.Configuration;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Administration;

/// <summary>A configuration, the identity that acts under it, and the work it has started. Safe on any number of threads.</summary>
public sealed class Connection
{
    private Connection(ConnectionOptions? options, Authid authId)
    {
        Options = options;
        AuthId = authId;
        Tasks = new TaskFolder(options?.LogRoot ?? "", ProcessTable.Default, FileMutations.Default, TimeProvider.System);
        Workers = new TaskRunner(Tasks);
        if (options is null) return;
        Configuration = new ConfigurationRoot(options.ConfigRoot);
        Access = new AccessConfiguration(Configuration);
    }

    /// <summary>No configuration: stores are opened by path and have no access control. Each has the work it started to itself.</summary>
    public static Connection None => new(null, Authid.Root);

    /// <summary>Null for <see cref="None"/>.</summary>
    public ConnectionOptions? Options { get; }

    /// <summary>Who acts.</summary>
    public Authid AuthId { get; }

    internal ConfigurationRoot? Configuration { get; }

    internal AccessConfiguration? Access { get; }

    /// <summary>The task logs and lists; a folder that is not there for <see cref="None"/>.</summary>
    internal TaskFolder Tasks { get; }

    /// <summary>Starts the tasks of this connection and knows those that left no log file.</summary>
    internal TaskRunner Workers { get; }

    /// <summary>Connects to the configuration of a server on this machine, or to a copy of one.</summary>
    /// <exception cref="PbsNotFoundException">The configuration folder is not there.</exception>
    /// <exception cref="PbsPermissionException">This account may not act for anybody there.</exception>
    /// <exception cref="PbsStorageException">A configuration file cannot be read.</exception>
    /// <exception cref="PbsFormatException">A configuration file is damaged.</exception>
    public static Connection Local(ConnectionOptions options)
    {
        ConnectionOptions full = options with
        {
            ConfigRoot = Path.GetFullPath(options.ConfigRoot),
            StateRoot = Path.GetFullPath(options.StateRoot),
            LogRoot = Path.GetFullPath(options.LogRoot),
            RunRoot = Path.GetFullPath(options.RunRoot),
        };
        var connection = new Connection(full, full.AuthId ?? Authid.Root);

        // What is wrong with the configuration is told here, not at the first use.
        _ = connection.Configuration!.Datastores;
        _ = connection.Access!.Load();
        LocalAccount.DemandControl(full.ConfigRoot);
        return connection;
    }

    public override string ToString() => Options is null ? "none" : $"{AuthId} on {Options.ConfigRoot}";
}
