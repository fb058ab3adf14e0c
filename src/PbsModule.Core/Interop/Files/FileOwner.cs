namespace PbsModule.Core.Interop.Files;

/// <summary>The user and group numbers of a file's owner.</summary>
internal readonly record struct FileOwner(uint User, uint Group)
{
    /// <summary>The account of the daemons of Proxmox Backup Server.</summary>
    public const string BackupAccount = "backup";

    private const string AccountFile = "/etc/passwd";

    /// <summary>
    /// Returns the owner to set on a new file in <paramref name="directory"/>: the owner of the directory, because
    /// files that PBS must still write or touch are in folders of its own account. Null if no owner is to be set. Only
    /// root can give files away.
    /// </summary>
    /// <param name="directory">The path of an existing folder.</param>
    /// <param name="orBackup">
    /// Whether to return the account <c>backup</c> of this machine, if it exists, when the folder belongs to root.
    /// </param>
    public static FileOwner? ForNewFilesIn(string directory, bool orBackup = false)
    {
        if (!NativeCode.HasLinux || LibC.EffectiveUser() != 0) return null;
        FileOwner? owner = FileStatus.TryOf(directory, out _)?.Owner;
        if (owner is not { User: 0 } and not null) return owner;
        return orBackup ? Find(BackupAccount, AccountFile) : null;
    }

    /// <summary>
    /// Returns the numbers of an account from a passwd file, or null if the file does not contain it.
    /// </summary>
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
            // Without the file, the account does not exist.
        }

        return null;
    }
}
