namespace PbsModule.Core.Interop.Files;

/// <summary>
/// A folder and the time of its last change. Adding, removing or renaming an entry changes the time, but two changes
/// within <see cref="Granule"/> may leave the same one.
/// </summary>
/// <param name="Identity">Which folder.</param>
/// <param name="Seconds">Unix seconds of the last change.</param>
/// <param name="Nanoseconds">Its fraction of a second.</param>
internal readonly record struct FolderStamp(FileIdentity Identity, long Seconds, uint Nanoseconds)
{
    // The kernel's coarsest clock ticks 100 times a second.
    private static readonly TimeSpan Fine = TimeSpan.FromMilliseconds(20);

    // File systems without fractions of a second; FAT has two seconds.
    private static readonly TimeSpan Coarse = TimeSpan.FromMilliseconds(2100);

    /// <summary>How long after the stamp was read a change is certain to give another one.</summary>
    public TimeSpan Granule => Nanoseconds == 0 ? Coarse : Fine;
}
