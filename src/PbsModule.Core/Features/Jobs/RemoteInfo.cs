using PbsModule.Core.Configuration;

namespace PbsModule.Core.Features.Jobs;

/// <summary>
/// Another server that synchronization jobs use, without the secret. Its text is its name. Source: PBS GET
/// /config/remote.
/// </summary>
public sealed class RemoteInfo
{
    internal RemoteInfo(ConfigSection remote)
    {
        Remote = remote.Id;
        Host = remote.Text("host")!;
        Port = (int?)remote.Number("port");
        AuthId = remote.Text("auth-id")!;
        Fingerprint = remote.Text("fingerprint");
        UseNodeProxy = remote.Flag("use-node-proxy");
        Comment = remote.Text("comment");
    }

    /// <summary>The name that jobs and ACL paths use.</summary>
    public string Remote { get; }

    /// <summary>A host name or an address.</summary>
    public string Host { get; }

    /// <summary>The port; null for 8007.</summary>
    public int? Port { get; }

    /// <summary>The user or token on the other server.</summary>
    public string AuthId { get; }

    /// <summary>SHA-256 of the certificate, if it is not issued by a known authority.</summary>
    public string? Fingerprint { get; }

    /// <summary>Whether connections use the node's HTTP proxy (4.1.6); null if it is not set.</summary>
    public bool? UseNodeProxy { get; }

    public string? Comment { get; }

    public override string ToString() => Remote;
}
