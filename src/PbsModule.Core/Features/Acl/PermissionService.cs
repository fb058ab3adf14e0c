using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Gate;

namespace PbsModule.Core.Features.Acl;

/// <summary>Evaluates and explains effective privileges.</summary>
public sealed class PermissionService
{
    private readonly ServiceScope _scope;

    internal PermissionService(ServiceScope scope) => _scope = scope;

    /// <summary>Paths that PBS always evaluates, whatever paths the entries name.</summary>
    private static readonly AclPath[] UsualPaths =
        [AclPath.Root, AclPath.Access, AclPath.Parse("/datastore"), AclPath.Parse("/remote"), AclPath.Parse("/system")];

    /// <summary>
    /// Returns a subject's privileges, one at a time in PBS's order, with their sources. If it has none, or fewer than
    /// its entries grant, this is reported as information. Source: PBS GET /access/permissions.
    /// </summary>
    /// <param name="authId">The subject; null for the caller.</param>
    /// <param name="path">The ACL path; null for all paths that entries name.</param>
    /// <param name="onProblem">Receives missing privileges.</param>
    /// <exception cref="PbsPermissionException"><c>not allowed to list permissions of {authid}</c></exception>
    /// <exception cref="PbsException">There is no connection, or the configuration cannot be read.</exception>
    public IEnumerable<PermissionInfo> List(Authid? authId, AclPath? path, Action<ListingProblem> onProblem)
    {
        ConfigurationGrant grant = EnterPermissions(authId);
        Authid who = authId ?? grant.Caller;
        IEnumerable<AclPath> paths = path is not null
            ? [path]
            : UsualPaths.Concat(grant.Access.Acl.Nodes().Select(node => AclPath.Parse(node.Path)))
                .DistinctBy(each => each.Text).OrderBy(each => each.Text, StringComparer.Ordinal);
        return Explained();

        IEnumerable<PermissionInfo> Explained()
        {
            if (!grant.Access.Users.Contains(who))
            {
                onProblem(new ListingProblem(
                    PbsErrorId.UserNotFound,
                    $"there is no '{who}' in user.cfg: this is what entries would give him",
                    who.ToString(),
                    ListingProblemKind.Warning));
            }

            foreach (AclPath each in paths)
            {
                PrivilegeExplanation explanation = grant.Access.Explain(who, each);
                if (path is not null) ReportMissing(grant.Access, explanation, onProblem);
                foreach (EffectivePrivilege privilege in explanation.Privileges)
                {
                    yield return new PermissionInfo(explanation, privilege);
                }
            }
        }
    }

    /// <summary>Whether a subject has any, or all, of the privileges on a path.</summary>
    /// <exception cref="PbsPermissionException"><c>not allowed to list permissions of {authid}</c></exception>
    /// <exception cref="PbsArgumentException">A privilege does not exist.</exception>
    /// <exception cref="PbsException">There is no connection, or the configuration cannot be read.</exception>
    public bool Test(Authid? authId, AclPath path, IEnumerable<string> privileges, bool all)
    {
        ConfigurationGrant grant = EnterPermissions(authId);
        Privileges required =
            privileges.Select(PrivilegeName.Parse).Aggregate(Privileges.None, (set, one) => set | one);
        return grant.Access.IsAllowed(authId ?? grant.Caller, path, required, partial: !all);
    }

    private ConfigurationGrant EnterPermissions(Authid? authId)
    {
        ConfigurationGrant grant = ConfigurationGate.EnterAccess(Entries.ListPermissions, _scope.Connection);
        if (grant.Covers(authId ?? grant.Caller)) return grant;
        throw new PbsPermissionException(
            PbsErrorId.PermissionDenied,
            $"not allowed to list permissions of {authId}",
            authId!.ToString());
    }

    private static void ReportMissing(
        AccessControl access,
        PrivilegeExplanation explanation,
        Action<ListingProblem> onProblem)
    {
        string who = explanation.AuthId.ToString(), where = explanation.Path.Text;
        if (explanation.Withheld.Count > 0)
        {
            Tell(
                $"{who} has entries for {string.Join(", ", explanation.Withheld)} on {where}, which its user "
                    + $"{explanation.AuthId.User} does not have");
        }

        if (explanation.Privileges.Count > 0) return;
        AclMatch match = access.Acl.Match(explanation.AuthId, explanation.Path);
        Tell(match.Roles.IsEmpty ? $"no entry gives {who} a role on {where}"
            : $"{who} has no privilege on {where}: {string.Join(", ", match.Roles.Roles())} on {match.Node!.Path} "
                + "decides");

        void Tell(string message) =>
            onProblem(new ListingProblem(PbsErrorId.PermissionDenied, message, where, ListingProblemKind.Information));
    }
}
