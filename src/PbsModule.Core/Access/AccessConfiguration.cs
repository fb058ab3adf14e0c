using System.Text;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Users;
using PbsModule.Core.Configuration;
using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Access;

/// <summary>
/// acl.cfg and user.cfg of a configuration root. Both are read again when they changed; PBS itself may take five
/// seconds to notice, this takes none.
/// </summary>
public sealed class AccessConfiguration
{
    /// <summary>Name of the file of entries.</summary>
    public const string AclFileName = "acl.cfg";

    private readonly CachedFile<AclTree> _acl;
    private readonly CachedFile<UserRegistry> _users;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private AccessControl? _current;

    /// <param name="root">Where the files lie.</param>
    /// <param name="time">The clock that accounts expire by.</param>
    public AccessConfiguration(ConfigurationRoot root, TimeProvider? time = null)
    {
        Root = root;
        _time = time ?? TimeProvider.System;
        _acl = new CachedFile<AclTree>(root, AclFileName, AclTree.Parse);
        _users = new CachedFile<UserRegistry>(root, UserSchema.File.FileName, UserRegistry.Read);
    }

    public ConfigurationRoot Root { get; }

    /// <summary>The entries and users as they stand now; the same object as long as neither file changed.</summary>
    /// <exception cref="PbsNotFoundException">The configuration root does not exist.</exception>
    /// <exception cref="PbsStorageException">A file cannot be read.</exception>
    /// <exception cref="PbsFormatException">A file is damaged.</exception>
    public AccessControl Load()
    {
        AclTree acl = _acl.Load();
        UserRegistry users = _users.Load();
        lock (_lock)
        {
            if (_current is null || _current.Acl != acl || _current.Users != users)
            {
                _current = new AccessControl(acl, users, _time, Root.Release);
            }

            return _current;
        }
    }

    /// <summary>
    /// Adds or removes entries, all or none: checks the caller, takes PBS's lock, reads the file again, checks each
    /// change, makes sure that the new text can be read back, and replaces the file.
    /// </summary>
    /// <param name="changes">What to add and remove, in this order.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="digest">The state the caller has seen, 64 hex digits; null if any will do.</param>
    /// <param name="cancellation">Ends the waiting for the lock.</param>
    /// <returns>The entries as they are now in the file.</returns>
    /// <exception cref="PbsPermissionException">The caller may not, or the account may not write there.</exception>
    /// <exception cref="PbsArgumentException">A change makes no sense, or could not be read back.</exception>
    /// <exception cref="PbsNotFoundException">An entry for somebody who does not exist.</exception>
    /// <exception cref="PbsConflictException">Somebody else changed the file since
    /// <paramref name="digest"/>.</exception>
    /// <exception cref="PbsLockedException">Somebody else holds the lock.</exception>
    /// <exception cref="PbsFormatException">The file is damaged; it is left as it is.</exception>
    public AclTree Update(
        IReadOnlyList<AclChange> changes,
        Authid caller,
        string? digest = null,
        CancellationToken cancellation = default) =>
        Update(changes, caller, digest, FileMutations.Default, cancellation);

    internal AclTree Update(
        IReadOnlyList<AclChange> changes,
        Authid caller,
        string? digest,
        IFileMutations mutations,
        CancellationToken cancellation)
    {
        AccessControl access = Load();
        foreach (AclChange change in changes) access.DemandEntryChange(change, caller);
        using ConfigurationLock held =
            ConfigurationLock.Take(Root, ConfigurationLock.AclFile, mutations, _time, cancellation);
        AclTree tree = AclTree.Parse(ConfigurationReader.Read(Root, _acl.Path));
        if (digest is not null && digest != tree.Digest)
        {
            throw new PbsConflictException(
                PbsErrorId.ConfigurationModified,
                "detected modified configuration - file changed by other user? Try again.",
                _acl.Path);
        }

        foreach (AclChange change in changes)
        {
            access.CheckEntryChange(change);
            Apply(tree, change);
        }

        string text = tree.Write();
        DemandReadable(tree, text);
        ConfigurationReplacement.Write(Root, AclFileName, Encoding.UTF8.GetBytes(text), mutations);
        return _acl.Load();
    }

    private static void Apply(AclTree tree, AclChange change)
    {
        if (change.Delete) tree.Remove(change.Path, change.AuthId!, change.Role);
        else tree.Insert(change.Path, change.AuthId!, change.Role, change.Propagate);
    }

    /// <summary>
    /// What PBS could not read back, or would read as something else, is not written: a ',' in a name makes two of it.
    /// </summary>
    private static void DemandReadable(AclTree tree, string text)
    {
        string? reason = "it would be read back as something else";
        try
        {
            if (AclTree.ParseData(text).Entries().SequenceEqual(tree.Entries().Where(entry =>
                entry.AuthId?.IsSuperuser != true)))
            {
                reason = null;
            }
        }
        catch (PbsFormatException e)
        {
            reason = e.Message;
        }

        if (reason is not null)
        {
            throw new PbsArgumentException(
                PbsErrorId.AuthIdInvalid,
                $"the entry cannot be written to acl.cfg - {reason}");
        }
    }
}
