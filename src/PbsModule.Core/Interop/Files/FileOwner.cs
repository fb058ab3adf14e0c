namespace PbsModule.Core.Interop.Files;

/// <summary>User and group of a file, as numbers.</summary>
internal readonly record struct FileOwner(uint User, uint Group)
{
    /// <summary>The account of a Proxmox Backup Server's daemons.</summary>
    public const string BackupAccount = "backup";

    private const string AccountFile = "/etc/passwd";

    /// <summary>
    /// Whom a new file in <paramref name="directory"/> must be given to: the directory's owner, since what PBS must
    /// still write or touch lies in folders of its own account. Null where nothing is to be done: only root may give
    /// files away.
    /// </summary>
    /// <param name="directory">An existing folder.</param>
    /// <param name="orBackup">Where the folder is root's own, take the account <c>backup</c> of this machine, if it has
    /// one.</param>
    public static FileOwner? ForNewFilesIn(string directory, bool orBackup = false)
    {
        if (!NativeCode.HasLinux || LibC.EffectiveUser() != 0) return null;
        FileOwner? owner = FileStatus.TryOf(directory, out _)?.Owner;
        if (owner is not { User: 0 } and not null) return owner;
        return orBackup ? Find(BackupAccount, AccountFile) : null;
    }

    /// <summary>Numbers of an account out of a passwd file; null if it is not there.</summary>
    public static FileOwner? Find(string account, string accountFile)
    {
        try
        {
            foreach (string line in File.ReadLines(accountFile))
            {
                if (line.Split(':') is [var name, _, var user, var group, ..] && name == account
                    && uint.TryParse(user, out uint userNumber) && uint.TryParse(group, out uint groupNumber))
                {
                    return new FileOwner(userNumber, groupNumber);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No such file: no such account.
        }

        return null;
    }
}
