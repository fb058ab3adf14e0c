using PbsModule.Core.Errors;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>Who hears of a garbage collection while it works. Safe on any number of threads.</summary>
internal interface IGarbageReport
{
    /// <summary>A line of the task's log, in PBS's words.</summary>
    void Log(string line);

    /// <summary>Something is not as it should be; the work goes on.</summary>
    void Warn(string message);

    /// <summary>Something that a collection is refused for; what is only measured goes on.</summary>
    void Refuse(PbsException problem);

    /// <summary>How far a phase is.</summary>
    /// <param name="status">What it is at.</param>
    /// <param name="done">Index files read, or folders swept.</param>
    /// <param name="total">All of them.</param>
    void Progress(string status, long done, long total);
}
