using PbsModule.Core.Access;

namespace PbsModule.Core.Administration;

/// <summary>One privilege that somebody has on a path, and why. Source: PBS GET /access/permissions.</summary>
public sealed class PermissionInfo
{
    internal PermissionInfo(PrivilegeExplanation on, EffectivePrivilege privilege)
    {
        AuthId = on.AuthId.ToString();
        AclPath = on.Path.Text;
        Privilege = privilege.Privilege;
        Propagate = privilege.Propagate;
        Source = privilege.Source;
    }

    /// <summary>Who.</summary>
    public string AuthId { get; }

    /// <summary>Where.</summary>
    public string AclPath { get; }

    /// <summary>PBS's name, <c>Datastore.Audit</c>.</summary>
    public string Privilege { get; }

    /// <summary>Whether it is passed on to what lies below.</summary>
    public bool Propagate { get; }

    /// <summary>
    /// The role, where its entry stands, and what limits a token: <c>DatastoreAdmin on /datastore (propagated), limited
    /// by alice@pbs: Audit on /</c>.
    /// </summary>
    public string Source { get; }

    public override string ToString() => $"{AuthId} {AclPath} {Privilege}";
}
