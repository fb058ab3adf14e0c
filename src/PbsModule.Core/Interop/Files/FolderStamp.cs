namespace PbsModule.Core.Interop.Files;

/// <summary>
/// The identity of a folder and the time of its last change. Adding, removing or renaming an entry changes the time,
/// but two changes within <see cref="Granule"/> may produce the same time.
/// </summary>
/// <param name="Identity">The identity of the folder.</param>
/// <param name="Seconds">The time of the last change in Unix seconds.</param>
/// <param name="Nanoseconds">The fraction of the second, in nanoseconds.</param>
internal readonly record struct FolderStamp(FileIdentity Identity, long Seconds, uint Nanoseconds)
{
    // The kernel's coarsest clock has 100 ticks per second.
    private static readonly TimeSpan Fine = TimeSpan.FromMilliseconds(20);

    // For file systems without fractions of a second. FAT has a resolution of two seconds.
    private static readonly TimeSpan Coarse = TimeSpan.FromMilliseconds(2100);

    /// <summary>The time after reading the stamp from which a change is certain to produce another stamp.</summary>
    public TimeSpan Granule => Nanoseconds == 0 ? Coarse : Fine;
}
