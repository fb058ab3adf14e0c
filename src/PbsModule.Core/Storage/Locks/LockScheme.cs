using PbsModule.Core.Configuration;

namespace PbsModule.Core.Storage.Locks;

/// <summary>The form in which the server of a datastore locks groups and snapshots.</summary>
internal enum LockScheme
{
    /// <summary>It cannot be seen from here.</summary>
    Unknown,

    /// <summary>The folders themselves, until 3.3.4; later as long as the marker of an upgrade exists.</summary>
    Folders,

    /// <summary>Files in the run directory, since 3.3.5. Only then PBS removes a group with its last snapshot.</summary>
    Files,
}

/// <summary>Finds the lock scheme that is in force on this host.</summary>
internal static class LockSchemeProbe
{
    /// <summary>
    /// The marker that an upgrade from an older release leaves in the run directory until the next restart of the host.
    /// </summary>
    private const string Marker = "old-locking";

    private static readonly ServerRelease LockFiles = new(3, 3, 5);

    /// <summary>Returns the scheme. It is known only where the server's release and run directory are.</summary>
    /// <param name="runRoot">PBS's run directory.</param>
    /// <param name="release">The release of the server; null if it is unknown.</param>
    public static LockScheme Of(string runRoot, ServerRelease? release)
    {
        if (release is not { } known) return LockScheme.Unknown;
        if (known < LockFiles) return LockScheme.Folders;
        try
        {
            File.GetAttributes(Path.Combine(runRoot, Marker));
            return LockScheme.Folders;
        }
        catch (FileNotFoundException)
        {
            return LockScheme.Files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return LockScheme.Unknown;
        }
    }
}
