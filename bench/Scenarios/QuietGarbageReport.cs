using PbsModule.Core.Errors;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Bench.Scenarios;

/// <summary>The report of a measured garbage collection: ignores messages, and fails on a warning.</summary>
internal sealed class QuietGarbageReport : IGarbageReport
{
    public static QuietGarbageReport Instance { get; } = new();

    public void Log(string line)
    {
    }

    public void Warn(string message) => throw new InvalidDataException(message);

    public void Refuse(PbsException problem) => throw problem;

    public void Progress(string status, long done, long total)
    {
    }
}
