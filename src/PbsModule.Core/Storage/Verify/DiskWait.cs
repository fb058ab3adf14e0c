namespace PbsModule.Core.Storage.Verify;

/// <summary>
/// How much of their time threads wait for the disk: out of the cache a chunk is read in a tenth of the time it takes
/// to check it. Safe on any number of threads; what two of them write at once may be lost, which does not matter to an
/// average.
/// </summary>
internal sealed class DiskWait
{
    private const double Much = 0.25;

    // Chunks that what was before counts for half of.
    private const double Memory = 8;

    private double _share;
    private volatile bool _isSlow;

    /// <summary>Whether more threads than processors would have something to do.</summary>
    public bool IsSlow => _isSlow;

    /// <summary>Takes down what one chunk took.</summary>
    /// <param name="waited">Of that, until it was read; in any unit.</param>
    /// <param name="whole">The whole.</param>
    /// <returns>True where the disk has just become slow.</returns>
    public bool Note(long waited, long whole)
    {
        double share = Volatile.Read(ref _share) + (((whole > 0
            ? (double)waited / whole
            : 0) - Volatile.Read(ref _share)) / Memory);
        Volatile.Write(ref _share, share);
        bool isSlow = share > Much, before = _isSlow;
        if (isSlow != before) _isSlow = isSlow;
        return isSlow && !before;
    }
}
