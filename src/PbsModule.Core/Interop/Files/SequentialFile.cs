namespace PbsModule.Core.Interop.Files;

/// <summary>
/// Reads files below one folder, one at a time, each from its start to its end. The object is reused for the next file
/// without an allocation, because a datastore has millions of chunks. If the file itself is a link, it is not followed.
/// Access times stay unchanged where the platform permits this, and no advisory lock of .NET is taken where the
/// system's own calls are available. Members return failures as the system's error numbers (0 is success).
/// </summary>
internal abstract class SequentialFile : IDisposable
{
    /// <summary>Creates the reader for this machine.</summary>
    /// <param name="folder">The full path. Links on the way are followed.</param>
    /// <exception cref="OsErrorException">The folder cannot be opened.</exception>
    public static SequentialFile In(string folder) =>
        LibC.HasDirectoryCalls ? new NativeSequentialFile(folder) : new PortableSequentialFile(folder);

    /// <summary>Opens a file and closes the previous one.</summary>
    /// <param name="name">The path relative to the folder in UTF-8, with '/' as separator.</param>
    public abstract int Open(ReadOnlySpan<byte> name);

    /// <summary>Reads the next bytes until the buffer is full or the file ends.</summary>
    /// <param name="buffer">Receives the bytes.</param>
    /// <param name="length">The number of bytes read. Smaller than the buffer only at the end of the file.</param>
    public abstract int Read(Span<byte> buffer, out int length);

    /// <summary>Closes the open file, if any.</summary>
    public abstract void Close();

    /// <summary>
    /// Closes all handles, including the folder's, and opens the folder again. Used after a failure that a handle may
    /// have caused.
    /// </summary>
    public abstract int Renew();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => Close();
}
