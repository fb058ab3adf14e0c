using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// Takes the content of a file from its front to its end. Calls follow each other, but not always on the same thread.
/// What it throws ends the work and reaches whoever started it.
/// </summary>
internal interface IContentSink
{
    /// <summary>Takes the next bytes, which are lent for the call.</summary>
    void Write(ReadOnlySpan<byte> data);

    /// <summary>Takes so many zero bytes: a sink may leave a hole.</summary>
    void WriteZeros(long length);
}

/// <summary>A sink that brings what it took to the disk.</summary>
internal interface IOutputSink : IContentSink
{
    /// <summary>Brings everything to the disk: some file systems say only then that there is no room.</summary>
    /// <exception cref="Interop.OsErrorException">It is not there.</exception>
    void Complete(CancellationToken cancellation);
}
