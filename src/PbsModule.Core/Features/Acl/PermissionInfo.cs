using PbsModule.Core.Access;

namespace PbsModule.Core.Features.Acl;

/// <summary>A privilege of a user or token on a path, and its source. Source: PBS GET /access/permissions.</summary>
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

    /// <summary>The user or token.</summary>
    public string AuthId { get; }

    /// <summary>The ACL path.</summary>
    public string AclPath { get; }

    /// <summary>PBS's name, <c>Datastore.Audit</c>.</summary>
    public string Privilege { get; }

    /// <summary>Whether it also applies to paths below.</summary>
    public bool Propagate { get; }

    /// <summary>
    /// The role, the path of its ACL entry, and the limit of a token: <c>DatastoreAdmin on /datastore (propagated),
    /// limited by alice@pbs: Audit on /</c>.
    /// </summary>
    public string Source { get; }

    public override string ToString() => $"{AuthId} {AclPath} {Privilege}";
}
