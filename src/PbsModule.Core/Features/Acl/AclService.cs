using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Features.Acl;

/// <summary>Lists and changes entries of the access control list.</summary>
public sealed class AclService
{
    private readonly ServiceScope _scope;

    internal AclService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Returns the ACL entries that the caller may see: paths in pre-order, on each path by principal and role. A
    /// literal path without an entry is reported as an error, a literal identity only if it does not exist, a literal
    /// role if PBS has none of that name. Source: PBS GET /access/acl.
    /// </summary>
    /// <exception cref="PbsException">There is no connection, or the configuration cannot be read.</exception>
    public IEnumerable<AclEntryInfo> List(AclQuery query, Action<ListingProblem> onProblem) =>
        ListAcl(ConfigurationGate.EnterAccess(Entries.ListAcl, _scope.Connection), query, onProblem);

    /// <summary>
    /// Returns the entries that a removal selects and that the caller may change. Literals are handled as in
    /// <see cref="List"/>; if path, identity and role are all literal, the entry itself must exist.
    /// </summary>
    /// <exception cref="PbsPermissionException">
    /// A literal names a subject whose entries the caller may not change; in PBS's words.
    /// </exception>
    /// <exception cref="PbsException">There is no connection, or the configuration cannot be read.</exception>
    public IEnumerable<AclEntryInfo> GetRemovable(AclQuery query, Action<ListingProblem> onProblem)
    {
        ConfigurationGrant grant = ConfigurationGate.EnterAccess(Entries.ChangeAcl, _scope.Connection);
        foreach (NameFilter filter in query.AuthIds.Where(filter => filter.IsLiteral))
        {
            bool isGroup = filter.Text.StartsWith('@');
            var change = new AclChange(AclPath.Root, Role.NoAccess, isGroup
                ? null
                : Authid.Parse(filter.Text), isGroup ? filter.Text[1..] : null, Delete: true);
            grant.Access.DemandEntryChange(change, grant.Caller);
            grant.Access.CheckEntryChange(change);
        }

        return ListRemovable(grant, query, onProblem);
    }

    /// <summary>Returns the entry that a removal names, or reports an error if it does not exist.</summary>
    /// <exception cref="PbsException">The caller may not remove it, in PBS's words; or as for
    /// <see cref="List"/>.</exception>
    public IEnumerable<AclEntryInfo> FindRemovable(AclChange removal, Action<ListingProblem> onProblem)
    {
        ConfigurationGrant grant = ConfigurationGate.EnterAccess(Entries.ChangeAcl, _scope.Connection);
        grant.Access.DemandEntryChange(removal, grant.Caller);
        grant.Access.CheckEntryChange(removal);
        AclTree acl = grant.Access.Acl;
        AclEntry? found = acl.Entries().FirstOrDefault(entry =>
            entry.Path.Equals(removal.Path) && entry.AuthId == removal.AuthId && entry.Role == removal.Role);
        if (found is not null) return [new AclEntryInfo(found, acl.Digest)];
        string path = removal.Path.Text, message = $"{removal.AuthId} has no entry with {removal.Role} on '{path}'";
        onProblem(new ListingProblem(
            PbsErrorId.AclEntryNotFound,
            message,
            path,
            ListingProblemKind.Error,
            new PbsNotFoundException(PbsErrorId.AclEntryNotFound, message, path)));
        return [];
    }

    /// <summary>Checks changes as <see cref="Change"/> does, without changing anything.</summary>
    /// <param name="changes">The entries to add and remove.</param>
    /// <param name="force">See <see cref="Change"/>.</param>
    /// <exception cref="PbsException">As for <see cref="Change"/>.</exception>
    public void CheckChange(IReadOnlyList<AclChange> changes, bool force)
    {
        ConfigurationGrant grant = ConfigurationGate.EnterAccess(Entries.ChangeAcl, _scope.Connection);
        foreach (AclChange change in changes) grant.Access.DemandEntryChange(change, grant.Caller);
        foreach (AclChange change in changes)
        {
            if (!change.Delete && AclPath.CheckText(change.Path.Text) is { } refusal)
            {
                throw new PbsArgumentException(
                    PbsErrorId.AclPathInvalid,
                    $"parameter 'path': {refusal}",
                    change.Path.Text);
            }

            grant.Access.CheckEntryChange(change);
        }

        // The lock is beside the file, so its holder is hidden only on a file system shared with other machines.
        string root = _scope.Connection.Configuration!.Path;
        LockEnvironment locks = LockEnvironment.Probe(root, root);
        if (locks.Visibility is LockVisibility.NetworkFileSystem or LockVisibility.UserFileSystem)
        {
            locks.DemandVisible(root, force);
        }
    }

    /// <summary>Adds and removes ACL entries, all or none. Source: PBS PUT /access/acl.</summary>
    /// <param name="changes">The entries to add and remove, in this order.</param>
    /// <param name="digest">The digest that the file must have, 64 hex digits; null for any.</param>
    /// <param name="force">Whether to write even where PBS's lock cannot be seen.</param>
    /// <param name="cancellation">Cancels the wait for the lock.</param>
    /// <returns>The added entries in their new state.</returns>
    /// <exception cref="PbsPermissionException">
    /// The caller may not make the change, in PBS's words; or the account may not write the file.
    /// </exception>
    /// <exception cref="PbsArgumentException">A change is invalid, or its result could not be read back.</exception>
    /// <exception cref="PbsNotFoundException">The user or token of an entry does not exist.</exception>
    /// <exception cref="PbsConflictException">The file has changed since <paramref name="digest"/>.</exception>
    /// <exception cref="PbsLockedException">
    /// Another process holds the lock, or the lock cannot be seen from here.
    /// </exception>
    /// <exception cref="PbsFormatException">The file is damaged; it is not changed.</exception>
    public AclChangeResult Change(
        IReadOnlyList<AclChange> changes,
        string? digest,
        bool force,
        CancellationToken cancellation)
    {
        CheckChange(changes, force);
        AclTree tree = _scope.Connection.Access!.Update(
            changes,
            _scope.Connection.AuthId,
            digest,
            _scope.Engine.Mutations,
            cancellation);
        IEnumerable<AclEntry> added = tree.Entries().Where(entry =>
            changes.Any(change => !change.Delete
                && entry.Path.Equals(change.Path)
                && entry.AuthId == change.AuthId
                && entry.Role == change.Role));
        return new AclChangeResult([.. added.Select(entry => new AclEntryInfo(entry, tree.Digest))], tree.Digest);
    }

    /// <summary>
    /// Returns a warning if the server may be too old to read a role of the changes; null otherwise.
    /// </summary>
    public string? WarningOf(IReadOnlyList<AclChange> changes) =>
        _scope.Connection.Access!.Load().Unproven(changes) is { } role
            ? $"only PBS {role.Since} and later can read an access control list with the role '{role.Name}', and "
                + $"nothing in '{_scope.Connection.Configuration!.Path}' shows the release of its server; "
                + "Connect-PbsServer takes it as -ServerVersion"
            : null;

    private static IEnumerable<AclEntryInfo> ListAcl(
        ConfigurationGrant grant,
        AclQuery query,
        Action<ListingProblem> onProblem)
    {
        AclTree acl = grant.Access.Acl;
        HashSet<NameFilter> unmetPaths = [.. query.Paths.Where(filter => filter.IsLiteral)];
        HashSet<NameFilter> unmetNames =
            [.. query.AuthIds.Where(filter => filter.IsLiteral && !IsKnown(grant, filter.Text))];
        foreach (AclEntry entry in acl.Entries())
        {
            if (entry.AuthId is { } authid ? !grant.Covers(authid) : !grant.IsFull) continue;
            if (query.Paths.Count > 0)
            {
                NameFilter[] passed = [.. query.PassedBy(entry.Path)];
                if (passed.Length == 0) continue;
                unmetPaths.ExceptWith(passed);
            }

            if (unmetNames.Count > 0) unmetNames.RemoveWhere(filter => filter.Matches(entry.Principal));
            if (query.Matches(entry)) yield return new AclEntryInfo(entry, acl.Digest);
        }

        foreach (NameFilter filter in query.Paths.Where(unmetPaths.Contains))
        {
            onProblem(Missing(PbsErrorId.AclEntryNotFound, $"there is no entry on '{filter}'", filter));
        }

        foreach (NameFilter filter in query.Roles.Where(filter =>
            filter.IsLiteral && !grant.Access.Roles.Any(role => filter.Matches(role.Name))))
        {
            onProblem(Missing(PbsErrorId.RoleUnknown, $"unknown role '{filter}'", filter));
        }

        foreach (NameFilter filter in query.AuthIds.Where(unmetNames.Contains))
        {
            onProblem(Missing(
                PbsErrorId.AclEntryNotFound,
                $"there is no entry of '{filter}', and nobody of that name",
                filter));
        }
    }

    /// <summary>
    /// Lists the entries to remove. A literal without an entry is an error, because the caller must learn that nothing
    /// was removed.
    /// </summary>
    private static IEnumerable<AclEntryInfo> ListRemovable(
        ConfigurationGrant grant,
        AclQuery query,
        Action<ListingProblem> onProblem)
    {
        List<AclEntryInfo> found = [];
        HashSet<string> told = [];
        foreach (AclEntryInfo entry in ListAcl(grant, query, Tell))
        {
            found.Add(entry);
            yield return entry;
        }

        NameFilter?[] roles = query.Roles.Count == 0 ? [null] : [.. query.Roles];
        var wanted = from path in query.Paths from who in query.AuthIds from role in roles select (path, who, role);
        foreach ((NameFilter path, NameFilter who, NameFilter? role) in wanted)
        {
            if (!path.IsLiteral || !who.IsLiteral || role?.IsLiteral == false) continue;
            if (told.Contains(path.Text) || told.Contains(who.Text) || (role is not null && told.Contains(role.Text)))
            {
                continue;
            }

            string place = AclPath.Parse(path.Text).Text;
            if (found.Any(entry => entry.AclPath == place
                && who.Matches(entry.AuthId ?? "@" + entry.Group)
                && role?.Matches(entry.Role) != false))
            {
                continue;
            }

            onProblem(Missing(
                PbsErrorId.AclEntryNotFound,
                $"{who} has no entry {(role is null ? "" : $"with {role} ")}on '{path}'",
                path));
        }

        void Tell(ListingProblem problem)
        {
            told.Add(problem.Target);
            onProblem(problem);
        }
    }

    private static bool IsKnown(ConfigurationGrant grant, string text) =>
        Authid.TryParse(text, out Authid? authid, out _)
            && grant.Covers(authid)
            && grant.Access.Users.Contains(authid);

    internal static ListingProblem Missing(string errorId, string message, NameFilter filter) =>
        new(
            errorId,
            message,
            filter.Text,
            ListingProblemKind.Error,
            new PbsNotFoundException(errorId, message, filter.Text));
}

/// <summary>The result of changes to acl.cfg.</summary>
/// <param name="Added">The added entries, without those that PBS does not store (root@pam).</param>
/// <param name="Digest">The new digest of the file, 64 hex digits.</param>
public sealed record AclChangeResult(IReadOnlyList<AclEntryInfo> Added, string Digest);
