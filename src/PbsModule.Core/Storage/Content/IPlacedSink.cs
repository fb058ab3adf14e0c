namespace PbsModule.Core.Storage.Content;

/// <summary>
/// Takes the content of a file wherever it belongs, in any order and on several threads at a time. What is nowhere
/// written is zero. What it throws ends the work and reaches whoever started it.
/// </summary>
internal interface IPlacedSink
{
    /// <summary>Takes bytes, which are lent for the call.</summary>
    /// <param name="offset">Where they belong.</param>
    /// <param name="data">The bytes.</param>
    void WriteAt(long offset, ReadOnlySpan<byte> data);

    /// <summary>Everything in front of an offset is there.</summary>
    void Reach(long offset);
}
