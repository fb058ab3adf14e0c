using PbsModule.Core.Configuration;

namespace PbsModule.Core.Access;

/// <summary>
/// acl.cfg and user.cfg of a configuration root. Both are read again when they changed; PBS itself may take five seconds to
/// notice, this takes none.
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
        _users = new CachedFile<UserRegistry>(root, UserSchema.File.FileName, UserRegistry.Parse);
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
            if (_current is null || _current.Acl != acl || _current.Users != users) _current = new AccessControl(acl, users, _time);
            return _current;
        }
    }
}
