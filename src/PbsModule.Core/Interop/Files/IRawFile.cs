namespace PbsModule.Core.Interop.Files;

/// <summary>A stored file that is open: bytes of known length, to be read from any offset.</summary>
internal interface IRawFile : IDisposable
{
    /// <summary>Bytes of the file when it was opened.</summary>
    long Length { get; }

    /// <summary>Which file it is, whatever its name leads to by now; all zeros where that is not known.</summary>
    FileIdentity Identity { get; }

    /// <summary>Fills the buffer from an offset on, as far as the file reaches.</summary>
    /// <returns>The number of bytes read; less than asked for only at the end of the file.</returns>
    /// <exception cref="OsErrorException">Reading failed.</exception>
    int Read(Span<byte> buffer, long offset);
}
