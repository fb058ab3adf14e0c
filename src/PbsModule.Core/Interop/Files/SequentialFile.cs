namespace PbsModule.Core.Interop.Files;

/// <summary>
/// The files below one folder, one open at a time, each read from its front to its end. Made to be used again for the
/// next file without an allocation: there are millions of chunks. No link is followed at the file itself, no access
/// time is changed where the platform lets us choose, and none of .NET's advisory locks is taken where the system's own
/// calls can be made. Failures come back as the system's error numbers; 0 is success.
/// </summary>
internal abstract class SequentialFile : IDisposable
{
    /// <summary>The way files are read on this machine.</summary>
    /// <param name="folder">Full path; links on the way are followed.</param>
    /// <exception cref="OsErrorException">The folder cannot be opened.</exception>
    public static SequentialFile In(string folder) =>
        LibC.HasDirectoryCalls ? new NativeSequentialFile(folder) : new PortableSequentialFile(folder);

    /// <summary>Opens a file; the one before is closed.</summary>
    /// <param name="name">Relative to the folder, UTF-8, with '/'.</param>
    public abstract int Open(ReadOnlySpan<byte> name);

    /// <summary>Reads on, until the buffer is full or the file ends.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="length">Bytes read; fewer than the buffer holds only at the end.</param>
    public abstract int Read(Span<byte> buffer, out int length);

    /// <summary>Closes the open file, if there is one.</summary>
    public abstract void Close();

    /// <summary>
    /// Gives up every handle, the folder's too, and opens the folder anew: after a failure that may lie in a handle.
    /// </summary>
    public abstract int Renew();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => Close();
}
