using PbsModule.Core.Access;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Access.Users;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Gate;

namespace PbsModule.Core.Features.Acl;

/// <summary>Lists users, tokens, roles and privileges.</summary>
public sealed class IdentityService
{
    private readonly ServiceScope _scope;

    internal IdentityService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Returns the users that the caller may see, by identity. A literal without a match is reported as an error.
    /// </summary>
    /// <exception cref="PbsException">There is no connection, or the configuration cannot be read.</exception>
    public IEnumerable<UserInfo> ListUsers(IReadOnlyList<NameFilter> authIds, Action<ListingProblem> onProblem)
    {
        ConfigurationGrant grant = ConfigurationGate.EnterAccess(Entries.ListUsers, _scope.Connection);
        return Named(
            grant.Access.Users.Users.Select(user => (Entry: user, Id: Authid.Parse(user.UserId))).Where(user =>
                grant.Covers(user.Id)).OrderBy(user => user.Id)
                .Select(user => (user.Entry.UserId, Info: new UserInfo(user.Entry, grant.Access.IsActive(user.Id)))),
            authIds,
            name => AclService.Missing(PbsErrorId.UserNotFound, $"no such user '{name}'", name),
            onProblem);
    }

    /// <summary>
    /// Returns the tokens that the caller may see, by identity. A filter selects a token, or all tokens of a user.
    /// </summary>
    /// <exception cref="PbsException">There is no connection, or the configuration cannot be read.</exception>
    public IEnumerable<TokenInfo> ListTokens(IReadOnlyList<NameFilter> authIds, Action<ListingProblem> onProblem)
    {
        ConfigurationGrant grant = ConfigurationGate.EnterAccess(Entries.ListTokens, _scope.Connection);
        IEnumerable<(TokenEntry Entry, Authid Id)> visible = grant.Access.Users.Tokens
            .Select(token => (Entry: token, Id: Authid.Parse(token.TokenId))).Where(token =>
                grant.Covers(token.Id)).OrderBy(token => token.Id);
        HashSet<NameFilter> unmet = [.. authIds.Where(filter => filter.IsLiteral)];

        // A user without tokens is not an error.
        foreach (UserInfo user in ListUsers([], onProblem)) unmet.RemoveWhere(filter => filter.Matches(user.AuthId));
        return List();

        IEnumerable<TokenInfo> List()
        {
            foreach ((TokenEntry entry, Authid id) in visible)
            {
                if (authIds.Count > 0)
                {
                    NameFilter[] passed =
                        [.. authIds.Where(filter => filter.Matches(entry.TokenId) || filter.Matches(entry.UserId))];
                    if (passed.Length == 0) continue;
                    unmet.ExceptWith(passed);
                }

                yield return new TokenInfo(entry, grant.Access.IsActive(id));
            }

            foreach (NameFilter filter in authIds.Where(unmet.Contains))
            {
                onProblem(AclService.Missing(PbsErrorId.TokenNotFound, $"no such token '{filter}'", filter));
            }
        }
    }

    /// <summary>Returns the matching users and tokens that the caller may see, each user before its tokens.</summary>
    /// <exception cref="PbsException">There is no connection, or the configuration cannot be read.</exception>
    public IEnumerable<string> List(NameFilter filter) =>
        ListUsers([], static _ => { }).Select(user =>
            user.AuthId).Concat(ListTokens([], static _ => { }).Select(token => token.AuthId))
            .Where(filter.Matches).Select(Authid.Parse).Order().Select(authId => authId.ToString());

    /// <summary>Returns the roles and their privileges, in PBS's order.</summary>
    /// <exception cref="PbsException">There is no connection, or the configuration cannot be read.</exception>
    public IEnumerable<RoleInfo> ListRoles(IReadOnlyList<NameFilter> names, Action<ListingProblem> onProblem)
    {
        AccessControl access = ConfigurationGate.EnterAccess(Entries.ListRoles, _scope.Connection).Access;
        return Named(
            access.Roles.Select(role => (role.Name, new RoleInfo(role, access.Release))),
            names,
            name => AclService.Missing(PbsErrorId.RoleUnknown, $"unknown role '{name}'", name),
            onProblem);
    }

    /// <summary>Returns the privileges and the roles that grant them, in PBS's order.</summary>
    /// <exception cref="PbsException">There is no connection, or the configuration cannot be read.</exception>
    public IEnumerable<PrivilegeInfo> ListPrivileges(IReadOnlyList<NameFilter> names, Action<ListingProblem> onProblem)
    {
        AccessControl access = ConfigurationGate.EnterAccess(Entries.ListRoles, _scope.Connection).Access;
        return Named(
            PrivilegeName.Each(PrivilegeName.In(access.Release)).Select(privilege =>
                (PrivilegeName.NameOf(privilege), new PrivilegeInfo(privilege, access.Roles))),
            names,
            name => AclService.Missing(PbsErrorId.PrivilegeUnknown, $"unknown privilege '{name}'", name),
            onProblem);
    }

    private static IEnumerable<T> Named<T>(
        IEnumerable<(string Name, T Item)> items,
        IReadOnlyList<NameFilter> filters,
        Func<NameFilter, ListingProblem> missing,
        Action<ListingProblem> onProblem)
    {
        HashSet<NameFilter> unmet = [.. filters.Where(filter => filter.IsLiteral)];
        foreach ((string name, T item) in items)
        {
            if (filters.Count > 0)
            {
                NameFilter[] passed = [.. filters.Where(filter => filter.Matches(name))];
                if (passed.Length == 0) continue;
                unmet.ExceptWith(passed);
            }

            yield return item;
        }

        foreach (NameFilter filter in filters.Where(unmet.Contains)) onProblem(missing(filter));
    }
}
