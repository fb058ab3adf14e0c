using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>A configuration and the identity that acts under it. Immutable; safe on any number of threads.</summary>
public sealed class Connection
{
    private Connection(ConnectionOptions? options, Authid authId)
    {
        Options = options;
        AuthId = authId;
    }

    /// <summary>No configuration: stores are opened by path and have no access control.</summary>
    public static Connection None { get; } = new(null, Authid.Root);

    /// <summary>Null for <see cref="None"/>.</summary>
    public ConnectionOptions? Options { get; }

    /// <summary>Who acts.</summary>
    public Authid AuthId { get; }

    /// <summary>Connects to the configuration of a server on this machine, or to a copy of one.</summary>
    /// <exception cref="PbsNotFoundException">The configuration folder is not there.</exception>
    public static Connection Local(ConnectionOptions options)
    {
        ConnectionOptions full = options with
        {
            ConfigRoot = Path.GetFullPath(options.ConfigRoot),
            StateRoot = Path.GetFullPath(options.StateRoot),
            LogRoot = Path.GetFullPath(options.LogRoot),
            RunRoot = Path.GetFullPath(options.RunRoot),
        };
        if (!Directory.Exists(full.ConfigRoot))
        {
            throw new PbsNotFoundException(PbsErrorId.ConfigurationNotFound, $"there is no configuration folder '{full.ConfigRoot}'", full.ConfigRoot)
            {
                RecommendedAction = "Name the folder that holds datastore.cfg with -ConfigRoot; open a datastore without a configuration by its path.",
            };
        }

        return new Connection(full, full.AuthId ?? Authid.Root);
    }

    public override string ToString() => Options is null ? "none" : $"{AuthId} on {Options.ConfigRoot}";
}
