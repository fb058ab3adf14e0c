using PbsModule.Core;
using PbsModule.Core.Storage;

namespace PbsModule.Bench.Scenarios;

/// <summary>Nobody listens to a measured garbage collection; what it warns of must not be there.</summary>
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
